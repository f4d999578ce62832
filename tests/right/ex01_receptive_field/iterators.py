"""Endless iterators from itertools, cut off where the context is reached; sums of generator expressions."""

import itertools
import operator


def demand(**least):
    """Each name comes with (value, smallest value allowed)."""
    for name, (value, smallest) in least.items():
        if not value >= smallest:
            raise ValueError(f"{name} has to be {smallest} at least and not {value}")


def fields(group):
    return itertools.accumulate(itertools.repeat(group), operator.mul, initial=1)


def receptive_field(levels: int, group: int = 2) -> int:
    demand(group=(group, 2), levels=(levels, 0))
    return next(itertools.islice(fields(group), levels, None))


def levels_needed(context: int, group: int = 2) -> int:
    demand(group=(group, 2), context=(context, 1))
    return sum(1 for _ in itertools.takewhile(lambda field: field < context, fields(group)))


def level_lengths(context: int, group: int = 2) -> list[int]:
    demand(group=(group, 2), context=(context, 1))
    up = list(itertools.takewhile(lambda field: field <= context, fields(group)))
    if up[-1] != context:
        raise ValueError(f"context {context} lies between the powers {up[-1]} and {up[-1] * group} of group {group}")
    return sorted(up, reverse=True)


def flat_weights(context: int, embedding_dim: int, hidden_dim: int) -> int:
    demand(context=(context, 1), embedding_dim=(embedding_dim, 1), hidden_dim=(hidden_dim, 1))
    return hidden_dim * embedding_dim * context


def tree_weights(context: int, embedding_dim: int, hidden_dim: int, group: int = 2) -> int:
    demand(embedding_dim=(embedding_dim, 1), hidden_dim=(hidden_dim, 1), context=(context, 1), group=(group, 2))
    widths = [embedding_dim, *itertools.repeat(hidden_dim, len(level_lengths(context, group)) - 1)]
    return sum(group * read * made for read, made in itertools.pairwise(widths))
