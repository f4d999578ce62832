"""Everything annotated; a context is written in base `group`, and its digits say whether it is a power."""

from collections.abc import Iterator
from typing import Final, NewType

Levels = NewType("Levels", int)
SMALLEST: Final[dict[str, int]] = {"levels": 0, "group": 2}


def refuse_small(**arguments: int) -> None:
    message: str = ", ".join(f"{n} = {v}" for n, v in arguments.items() if v < SMALLEST.get(n, 1))
    if message:
        raise ValueError(f"out of range: {message}")


def digits(number: int, base: int) -> Iterator[int]:
    while number:
        number, digit = divmod(number, base)
        yield digit


def receptive_field(levels: int, group: int = 2) -> int:
    refuse_small(levels=levels, group=group)
    result: int = 1
    square: int = group
    while levels:
        if levels & 1:
            result *= square
        square *= square
        levels >>= 1
    return result


def levels_needed(context: int, group: int = 2) -> int:
    refuse_small(context=context, group=group)
    return Levels(len(list(digits(context - 1, group))))


def level_lengths(context: int, group: int = 2) -> list[int]:
    refuse_small(context=context, group=group)
    *low, high = digits(context, group)
    if high != 1 or any(low):
        raise ValueError(f"the context {context} has the digits {[high, *low[::-1]]} in base {group}")
    lengths: list[int] = [1]
    for _ in low:
        lengths.append(group * lengths[-1])
    lengths.reverse()
    return lengths


def flat_weights(context: int, embedding_dim: int, hidden_dim: int) -> int:
    refuse_small(context=context, embedding_dim=embedding_dim, hidden_dim=hidden_dim)
    weights: int = 0
    for factor in (hidden_dim,):
        weights += context * (embedding_dim * factor)
    return weights


def tree_weights(context: int, embedding_dim: int, hidden_dim: int, group: int = 2) -> int:
    refuse_small(embedding_dim=embedding_dim, hidden_dim=hidden_dim)
    levels: int = level_lengths(context, group).index(1)
    every_level_hidden: int = levels * group * hidden_dim**2
    first_reads_embeddings: int = group * hidden_dim * (embedding_dim - hidden_dim)
    return every_level_hidden + first_reads_embeddings * min(levels, 1)
