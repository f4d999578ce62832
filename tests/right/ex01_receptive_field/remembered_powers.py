"""Bisection in a list of powers that is kept for each group and grows; each caller gets a new list."""

from bisect import bisect_left
from functools import lru_cache
from itertools import pairwise


class Powers:
    __slots__ = ("group", "known")

    def __init__(self, group: int) -> None:
        self.group, self.known = group, [1]

    def up_to(self, number: int) -> list[int]:
        while self.known[-1] < number:
            self.known.append(self.known[-1] * self.group)
        return self.known


@lru_cache(maxsize=32)
def powers_of(group: int) -> Powers:
    return Powers(group)


def needs(**lows: tuple[int, int]) -> None:
    for name, (number, low) in lows.items():
        if number < low:
            raise ValueError("%s is %d, and %d is the least" % (name, number, low))


def receptive_field(levels: int, group: int = 2) -> int:
    needs(levels=(levels, 0), group=(group, 2))
    return pow(group, levels)


def levels_needed(context: int, group: int = 2) -> int:
    needs(context=(context, 1), group=(group, 2))
    return bisect_left(powers_of(group).up_to(context), context)


def level_lengths(context: int, group: int = 2) -> list[int]:
    levels, known = levels_needed(context, group), powers_of(group).known
    if known[levels] != context:
        raise ValueError(f"context {context} is not a power of {group}")
    return known[levels::-1]


def flat_weights(context: int, embedding_dim: int, hidden_dim: int) -> int:
    needs(context=(context, 1), embedding_dim=(embedding_dim, 1), hidden_dim=(hidden_dim, 1))
    return context * embedding_dim * hidden_dim


def tree_weights(context: int, embedding_dim: int, hidden_dim: int, group: int = 2) -> int:
    needs(embedding_dim=(embedding_dim, 1), hidden_dim=(hidden_dim, 1))
    widths = [embedding_dim] + [hidden_dim] * (len(level_lengths(context, group)) - 1)
    return sum(group * below * above for below, above in pairwise(widths))
