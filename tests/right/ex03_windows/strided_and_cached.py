"""as_strided over one long tensor a word, a frozen dataclass for a split, cached cuts; everything annotated."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import cache
from itertools import chain

import torch


@dataclass(frozen=True)
class Split:
    training: list[str]
    validation: list[str]
    test: list[str]


@cache
def cuts(count: int, fractions: tuple[float, float, float]) -> tuple[int, int]:
    return int(fractions[0] * count), int((fractions[0] + fractions[1]) * count)


def build_vocabulary(words: Iterable[str]) -> dict[str, int]:
    found: list[str] = sorted(frozenset(chain.from_iterable(words)).difference("."))
    return dict(zip([*found, "."], [*range(1, len(found) + 1), 0], strict=True))


class Cutter:
    def __init__(self, vocabulary: Mapping[str, int], context: int) -> None:
        if context < 1:
            raise ValueError("too short a Context: %d" % context)
        self.vocabulary, self.context, self.cut = vocabulary, context, 0

    def __call__(self, word: str) -> tuple[torch.Tensor, torch.Tensor]:
        self.cut += 1
        tokens: list[int] = []
        for character in word:
            if character == "." or character not in self.vocabulary:
                raise ValueError("character %s, word %s, number %d" % (character, word, self.cut))
            tokens.append(self.vocabulary[character])
        line = torch.tensor([0] * self.context + tokens + [0])
        return line.as_strided((len(word) + 1, self.context), (1, 1)).clone(), line[self.context :]


def make_windows(
    words: Sequence[str], vocabulary: Mapping[str, int], context: int
) -> tuple[torch.Tensor, torch.Tensor]:
    cutter = Cutter(vocabulary, context)
    none = torch.zeros(0, context, dtype=torch.int64), torch.zeros(0, dtype=torch.int64)
    inputs, targets = zip(none, *map(cutter, words), strict=True)
    return torch.vstack(inputs), torch.hstack(targets)


def split_words(
    words: Sequence[str], seed: int, fractions: tuple[float, float, float] = (0.8, 0.1, 0.1)
) -> tuple[list[str], list[str], list[str]]:
    if not all(fraction >= 0 for fraction in fractions) or abs(1.0 - sum(fractions)) > 1e-8:
        raise ValueError("fractions are %g, %g and %g" % fractions)
    shuffled = sorted(words, key=lambda word: 0)
    random.Random(seed).shuffle(shuffled)
    first, second = cuts(len(words), tuple(fractions))
    a, b, c = astuple(Split(shuffled[:first], shuffled[first:second], shuffled[second:]))
    return a, b, c
