"""Exercise 10: write new words, one character at a time."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn


def next_probabilities(model: nn.Module, windows: Tensor, temperature: float = 1.0) -> Tensor:
    """Return the probabilities of the next character: the softmax of the logits divided by the temperature.

    The model is in evaluation mode, without gradients, and is left in the mode it was in, even after an error.

    Args:
        model: maps tokens (B, context) to logits (B, V).
        windows: int64 (B, context).
        temperature: greater than 0; below 1 sharpens, above 1 flattens.

    Returns:
        Probabilities (B, V); each row sums to 1.

    Raises:
        ValueError: temperature <= 0; the message includes `temperature` and its value.
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")


def sample_word(
    model: nn.Module,
    vocabulary: Mapping[str, int],
    context: int,
    *,
    generator: torch.Generator,
    temperature: float = 1.0,
    max_length: int = 50,
) -> str:
    """Write one word, character by character, until `.` is drawn or the word has `max_length` characters.

    The first window is all token 0. Each character is drawn by
    `torch.multinomial(probabilities, 1, generator=generator)`.

    Args:
        model: maps tokens (B, context) to logits (B, V).
        vocabulary: maps each character to its token; `.` is 0.
        context: tokens in a window.
        generator: the only source of randomness.
        temperature: greater than 0.
        max_length: largest number of characters.

    Returns:
        The word, without the closing `.`.

    Raises:
        ValueError: temperature <= 0; the message includes `temperature` and its value.

    Source: the sampling loop of Karpathy's makemore lectures.
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")


if __name__ == "__main__":
    print("To call your own code: python -im exercises.ex10_sampling; to check it: grade 10")
