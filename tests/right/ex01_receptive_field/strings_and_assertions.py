"""Assertions inside try and except; the weights summed level by level with enumerate, powers by math.prod."""

import math


def receptive_field(levels: int, group: int = 2) -> int:
    _ok(levels >= 0, "levels", levels)
    _ok(group > 1, "group", group)
    return math.prod(group for _ in range(levels))


def levels_needed(context: int, group: int = 2) -> int:
    _ok(context > 0, "context", context)
    _ok(group > 1, "group", group)
    level = 0
    while True:
        if receptive_field(level, group) >= context:
            return level
        level += 1


def level_lengths(context: int, group: int = 2) -> list[int]:
    lengths = []
    for level in reversed(range(levels_needed(context, group) + 1)):
        lengths += [receptive_field(level, group)]
    _ok(context in lengths, "context", context)
    return lengths


def flat_weights(context: int, embedding_dim: int, hidden_dim: int) -> int:
    _ok(context > 0, "context", context)
    _ok(embedding_dim > 0, "embedding_dim", embedding_dim)
    _ok(hidden_dim > 0, "hidden_dim", hidden_dim)
    return math.prod((context, embedding_dim, hidden_dim))


def tree_weights(context: int, embedding_dim: int, hidden_dim: int, group: int = 2) -> int:
    flat_weights(context, embedding_dim, hidden_dim)
    total = 0
    for level, _ in enumerate(level_lengths(context, group)):
        if level == 1:
            total += math.prod((group, embedding_dim, hidden_dim))
        elif level > 1:
            total += math.prod((group, hidden_dim, hidden_dim))
    return total


def _ok(condition: bool, name: str, value: int) -> None:
    try:
        assert condition
    except AssertionError:
        raise ValueError("I cannot use " + name.upper() + " = " + str(value)) from None
