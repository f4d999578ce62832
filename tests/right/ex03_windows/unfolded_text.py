"""Each word becomes one padded tensor, and Tensor.unfold cuts the windows out of it; torch.cat puts them together."""

import random
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor


def build_vocabulary(words: Sequence[str]) -> dict[str, int]:
    letters = {letter for word in words for letter in word} | {"."}
    return {letter: token for token, letter in enumerate(sorted(letters, key=lambda c: (c != ".", c)))}


def tokens_of(word: str, vocabulary: Mapping[str, int]) -> list[int]:
    for letter in word:
        if letter not in vocabulary.keys() - {"."}:
            raise ValueError(f"the word {word} has the letter {letter}, which has no token")
    return [vocabulary[letter] for letter in word]


def make_windows(words: Sequence[str], vocabulary: Mapping[str, int], context: int) -> tuple[Tensor, Tensor]:
    if context < 1:
        raise ValueError(f"a context of {context} is too short")
    inputs = [torch.zeros(0, context, dtype=torch.int64)]
    targets = [torch.zeros(0, dtype=torch.int64)]
    for word in words:
        tokens = tokens_of(word, vocabulary)
        padded = torch.tensor([0] * context + tokens, dtype=torch.int64)
        inputs.append(padded.unfold(0, context, 1))
        targets.append(torch.tensor([*tokens, 0], dtype=torch.int64))
    return torch.cat(inputs), torch.cat(targets)


def split_words(
    words: Sequence[str], seed: int, fractions: tuple[float, float, float] = (0.8, 0.1, 0.1)
) -> tuple[list[str], list[str], list[str]]:
    train, validation, test = fractions
    if train < 0 or validation < 0 or test < 0:
        raise ValueError(f"no fraction may be negative: fractions {train}, {validation}, {test}")
    if round(train + validation + test, 6) != 1:
        raise ValueError(f"fractions sum to {train + validation + test:.4f}")
    places = list(range(len(words)))
    random.Random(seed).shuffle(places)
    shuffled = [words[place] for place in places]
    cuts = [0, int(train * len(words)), int((train + validation) * len(words)), len(words)]
    first, second, third = (shuffled[cuts[i] : cuts[i + 1]] for i in range(3))
    return first, second, third
