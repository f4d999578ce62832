"""Exercise 10: write new words, one drawn character at a time."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn


def next_probabilities(model: nn.Module, windows: Tensor, temperature: float = 1.0) -> Tensor:
    """Turn the model's logits into probabilities of the next character: softmax(logits / temperature).

    In evaluation mode, without gradients; the model is left in the mode it was in, after an error too.

    Args:
        model: maps tokens (B, context) to logits (B, V).
        windows: int64 (B, context).
        temperature: above 0; below 1 sharpens, above 1 flattens.

    Returns:
        Probabilities (B, V), each row summing to 1.

    Raises:
        ValueError: temperature <= 0; the message names it and its value.
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
    """Write one word: from a window of tokens 0, draw, slide, stop at `.` or at `max_length`.

    Each character is drawn by torch.multinomial(probabilities, 1, generator=generator).

    Args:
        model: maps tokens (B, context) to logits (B, V).
        vocabulary: character to token, `.` is 0.
        context: tokens in a window.
        generator: draws the characters, and nothing else does.
        temperature: above 0.
        max_length: characters at most.

    Returns:
        The word, without the closing `.`.

    Raises:
        ValueError: temperature <= 0; the message names it and its value.

    Source: the sampling loop of Karpathy's makemore.
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")
