"""What a run of training learns from and is measured on: windows and targets, by the learner's exercise 3."""

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

SPLIT_SEED = 42  # makemore's split


@dataclass(frozen=True)
class Examples:
    """Windows of one part of the data, word by word.

    Attributes:
        windows: int64 (N, context).
        targets: int64 (N,).
        lengths: int64 (words,), how many windows each word has; whole words go into a batch together.
    """

    windows: Tensor
    targets: Tensor
    lengths: Tensor

    def on(self, device: torch.device) -> "Examples":
        """The same examples on a device."""
        moved = {name: getattr(self, name).to(device) for name in ("windows", "targets", "lengths")}
        return replace(self, **moved)


@dataclass(frozen=True)
class Data:
    """The vocabulary, and the parts to learn from and to validate on. The test words stay out of it."""

    vocabulary: dict[str, int]
    training: Examples
    validation: Examples


def from_words(exercise3: Any, words: list[str], context: int) -> Data:
    """Split words and cut windows with the learner's own functions."""
    training, validation, _ = exercise3.split_words(words, SPLIT_SEED)
    return of_parts(exercise3, exercise3.build_vocabulary(words), training, validation, context)


def of_parts(
    exercise3: Any, vocabulary: dict[str, int], training: list[str], validation: list[str], context: int
) -> Data:
    """Cut windows of words that are split already."""

    def examples(part: list[str]) -> Examples:
        windows, targets = exercise3.make_windows(part, vocabulary, context)
        return Examples(windows, targets, torch.tensor([len(word) + 1 for word in part]))

    return Data(vocabulary, examples(training), examples(validation))
