"""A text with a long memory, whose least possible loss is known for every context: letters that echo far older ones.

A letter is four bits. Bit k says what it said `DISTANCES[k]` letters ago, but for the noise; the first ones are
uniform. So each of the contexts 8, 64, 256 and 1,024 is worth one bit more than the one before. README.md beside it
says why, and what such a text does not show.
"""

import math

import numpy as np

from data.language import NOISE, NOISE_NATS

DISTANCES = (8, 64, 256, 1024)
LETTERS = 2 ** len(DISTANCES)


def make_text(length: int, seed: int) -> np.ndarray:
    """One endless text, cut off: (length,) int64, letters 0 to 15.

    Raises:
        ValueError: a negative length.
    """
    if length < 0:
        raise ValueError(f"length must not be negative, got {length}")
    generator = np.random.default_rng(seed)
    text = np.zeros(length, dtype=np.int64)
    for bit, distance in enumerate(DISTANCES):
        # One row a distance: a column is one echo that runs down the text, turned over wherever the noise says so.
        turned = generator.random((-(-length // distance), distance)) < NOISE
        turned[:1] = generator.integers(0, 2, distance)
        text |= np.bitwise_xor.accumulate(turned, axis=0).ravel()[:length].astype(np.int64) << bit
    return text


def optimum(context: int) -> float:
    """The least loss that any model can have which sees `context` letters, in nats a letter.

    Raises:
        ValueError: a context below 1.
    """
    if context < 1:
        raise ValueError(f"context must be 1 or more, got {context}")
    return sum(NOISE_NATS if distance <= context else math.log(2) for distance in DISTANCES)


def true_loss(text: np.ndarray, context: int) -> float:
    """The loss of the best model of a context on a given text, in nats a letter: all but the first 1,024.

    Raises:
        ValueError: a context below 1, or a text of 1,024 letters at the most.
    """
    if len(text) <= DISTANCES[-1]:
        raise ValueError(f"text must be longer than {DISTANCES[-1]} letters, got {len(text)}")
    loss, scored = optimum(context), text[DISTANCES[-1] :]
    for bit, distance in enumerate(DISTANCES):
        if distance <= context:
            before = text[DISTANCES[-1] - distance : -distance]
            turned = float(np.mean((scored ^ before) >> bit & 1))
            loss += -(turned * math.log(NOISE) + (1 - turned) * math.log(1 - NOISE)) - NOISE_NATS
    return loss
