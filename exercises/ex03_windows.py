"""Exercise 3: from words to windows: the tokens before each character, and the character itself."""

import random
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor


def build_vocabulary(words: Sequence[str]) -> dict[str, int]:
    """Number the characters: `.` is token 0, then the distinct characters of all words, sorted, from 1.

    Args:
        words: the words; a `.` inside one adds nothing.

    Returns:
        A dictionary from character to token, in the order of the tokens.
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")


def make_windows(words: Sequence[str], vocabulary: Mapping[str, int], context: int) -> tuple[Tensor, Tensor]:
    """Cut words into examples: the `context` tokens before a character, and that character.

    Each word, in order, gives one example for each of its characters and one for the closing `.`. Every word starts
    from an empty window of `context` tokens 0.

    Args:
        words: the words, without `.`.
        vocabulary: maps each character to its token; `.` is 0.
        context: number of tokens in a window, 1 or more.

    Returns:
        Inputs, int64 (N, context), padded with 0 on the left, the newest token last; and targets, int64 (N,), where
        N = sum(len(word) + 1). For no words, (0, context) and (0,).

    Raises:
        ValueError: context < 1 (the message includes `context` and its value), or a word contains a `.` or a
            character that is not in the vocabulary (the message includes the word and the character).

    Source: Karpathy's makemore part 2 (`build_dataset`).
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")


def split_words(
    words: Sequence[str], seed: int, fractions: tuple[float, float, float] = (0.8, 0.1, 0.1)
) -> tuple[list[str], list[str], list[str]]:
    """Split by whole words into training, validation and test words.

    Shuffle a copy with `random.Random(seed).shuffle` and cut it at `int(fractions[0] * n)` and
    `int((fractions[0] + fractions[1]) * n)`, where n is the number of words.

    Args:
        words: the words; their order is not changed.
        seed: the seed of the shuffle.
        fractions: the shares of the three parts, not negative, with the sum 1 (within 1e-9).

    Returns:
        Three lists of words.

    Raises:
        ValueError: a fraction is negative, or the sum is not 1; the message includes `fractions` and a value.

    Source: the split of Karpathy's makemore (80/10/10 by position).
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")


if __name__ == "__main__":
    print("To call your own code: python -im exercises.ex03_windows; to check it: grade 3")
