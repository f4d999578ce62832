"""A text with a long memory, whose least possible loss is known for every context: letters that echo far older ones.

Letters have one bit for each distance. Bit k says what it said `distances[k]` letters ago, but for the noise; the first
ones are uniform. So a context is worth one bit for each distance that it reaches. README.md beside it says why, and
what such a text does not show.
"""

import math
from collections.abc import Sequence

import numpy as np

from data.language import NOISE, NOISE_NATS


def make_text(distances: Sequence[int], length: int, seed: int) -> np.ndarray:
    """One endless text, cut off: (length,) int64, letters 0 to 2**len(distances) - 1.

    Raises:
        ValueError: a distance below 1, or a negative length.
    """
    _check(distances)
    if length < 0:
        raise ValueError(f"length must not be negative, got {length}")
    generator = np.random.default_rng(seed)
    text = np.zeros(length, dtype=np.int64)
    for bit, distance in enumerate(distances):
        # One row a distance: a column is one echo that runs down the text, turned over wherever the noise says so.
        turned = generator.random((-(-length // distance), distance)) < NOISE
        turned[:1] = generator.integers(0, 2, distance)
        text |= np.bitwise_xor.accumulate(turned, axis=0).ravel()[:length].astype(np.int64) << bit
    return text


def optimum(distances: Sequence[int], context: int) -> float:
    """The least loss that any model can have which sees `context` letters, in nats a letter.

    Raises:
        ValueError: a distance or a context below 1.
    """
    _check(distances)
    if context < 1:
        raise ValueError(f"context must be 1 or more, got {context}")
    return sum(NOISE_NATS if distance <= context else math.log(2) for distance in distances)


def true_loss(distances: Sequence[int], text: np.ndarray, context: int) -> float:
    """The loss of the best model of a context on a text, in nats a letter, from the longest distance on.

    Raises:
        ValueError: a distance or a context below 1, or a text that is no longer than the longest distance.
    """
    first = max(distances)
    loss = optimum(distances, context)
    if len(text) <= first:
        raise ValueError(f"text must be longer than {first} letters, got {len(text)}")
    for bit, distance in enumerate(distances):
        if distance <= context:
            turned = float(np.mean((text[first:] ^ text[first - distance : -distance]) >> bit & 1))
            loss += -(turned * math.log(NOISE) + (1 - turned) * math.log(1 - NOISE)) - NOISE_NATS
    return loss


def _check(distances: Sequence[int]) -> None:
    if not distances or min(distances) < 1:
        raise ValueError(f"distances must be 1 or more, got {distances}")
