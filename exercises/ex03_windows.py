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
        Character to token, in the order of the tokens.
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")


def make_windows(words: Sequence[str], vocabulary: Mapping[str, int], context: int) -> tuple[Tensor, Tensor]:
    """Cut words into examples: the `context` tokens before a character, and that character.

    For each word in order, one example for each of its characters and one for the closing `.`; every word starts
    from an empty window, which is `context` tokens 0.

    Args:
        words: the words, without `.`.
        vocabulary: character to token, `.` is 0.
        context: tokens in a window, 1 or more.

    Returns:
        inputs, int64 (N, context), left-padded with 0, the newest token last; and targets, int64 (N,);
        N = sum(len(word) + 1). No words give (0, context) and (0,).

    Raises:
        ValueError: context < 1, naming it and its value; a character that the vocabulary lacks, or a `.` inside a
            word, naming the word and the character.

    Source: Karpathy's makemore part 2 (`build_dataset`).
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")


def split_words(
    words: Sequence[str], seed: int, fractions: tuple[float, float, float] = (0.8, 0.1, 0.1)
) -> tuple[list[str], list[str], list[str]]:
    """Split by whole words into training, validation and test words.

    A copy is shuffled by `random.Random(seed).shuffle` and cut at `int(fractions[0] * n)` and
    `int((fractions[0] + fractions[1]) * n)`, n the number of words.

    Args:
        words: the words; they stay in their order.
        seed: of the shuffle.
        fractions: the shares of the three parts, none negative, summing to 1 (within 1e-9).

    Returns:
        Three lists of words.

    Raises:
        ValueError: a negative fraction or a sum other than 1; the message names `fractions` and a value.

    Source: the split of Karpathy's makemore (80/10/10 by position).
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")
