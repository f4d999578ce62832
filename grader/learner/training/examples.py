"""Training and validation examples: windows and targets of words or of the language.

Words are split and cut by the learner's exercise 3. The language is one stream without words and padding, so its
windows are views of it.
"""

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from data.language import make_letters, true_loss

SPLIT_SEED = 42  # makemore's split
LEVELS = 3  # of the language: a tree of four levels does not learn T(4) in acceptable time
LETTERS, SEED = 200_000, 0
VALIDATION_LETTERS, VALIDATION_SEED = 100_000, 1_000_000
STRETCH = 8  # letters per stretch in a batch, about the length of a word


@dataclass(frozen=True)
class Examples:
    """Windows of one part of the data, word by word or, for the language, in stretches.

    Attributes:
        windows: int64 (N, context).
        targets: int64 (N,).
        lengths: int64 (words,), how many windows each word has; whole words go into a batch together.
    """

    windows: Tensor
    targets: Tensor
    lengths: Tensor

    def on(self, device: torch.device) -> "Examples":
        """Move the examples to a device."""
        moved = {name: getattr(self, name).to(device) for name in ("windows", "targets", "lengths")}
        return replace(self, **moved)


@dataclass(frozen=True)
class Data:
    """The vocabulary, and the parts for training and validation. The test words are not included.

    Attributes:
        least: the loss of the best model there is of this context on the validation examples, where it is known.
    """

    vocabulary: dict[str, int]
    training: Examples
    validation: Examples
    least: float | None = None


def from_words(exercise3: Any, words: list[str], context: int) -> Data:
    """Split words and cut windows with the learner's own functions."""
    training, validation, _ = exercise3.split_words(words, SPLIT_SEED)
    return of_parts(exercise3, exercise3.build_vocabulary(words), training, validation, context)


def of_parts(
    exercise3: Any, vocabulary: dict[str, int], training: list[str], validation: list[str], context: int
) -> Data:
    """Cut windows of words that are already split."""

    def examples(part: list[str]) -> Examples:
        windows, targets = exercise3.make_windows(part, vocabulary, context)
        return Examples(windows, targets, torch.tensor([len(word) + 1 for word in part]))

    return Data(vocabulary, examples(training), examples(validation))


def from_letters(context: int) -> Data:
    """Make windows of two streams of the language, the same in every run; a context of at most 2**LEVELS letters."""

    def examples(stream: Tensor) -> Examples:
        targets = stream[context:]
        stretches = [len(part) for part in targets.split(STRETCH)]
        return Examples(stream.unfold(0, context, 1)[:-1], targets, torch.tensor(stretches))

    held_out = make_letters(LEVELS, VALIDATION_LETTERS, VALIDATION_SEED)
    # From 2**LEVELS letters on they follow the language, and the first target is the same letter for each context.
    validation = torch.from_numpy(held_out)[2**LEVELS - context :]
    return Data(
        {str(letter): letter for letter in range(2**LEVELS)},
        examples(torch.from_numpy(make_letters(LEVELS, LETTERS, SEED))),
        examples(validation),
        true_loss(held_out, LEVELS, context),
    )
