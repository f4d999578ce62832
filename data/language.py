"""The language T(L), whose least possible loss is known for every context: its letters, that loss, the true model's.

README.md beside it says why the loss is known. Windows to learn from are not cut here.
"""

import math

import numpy as np

NOISE = 0.05  # the probability that a bit of the next letter is not what the letters before it say
NOISE_NATS = -(NOISE * math.log(NOISE) + (1 - NOISE) * math.log(1 - NOISE))
MOST_LEVELS = 6  # one bit reads 2**levels letters, and those fit into a machine's word


def make_letters(levels: int, length: int, seed: int) -> np.ndarray:
    """One endless stream of T(levels), cut off: (length,) int64, letters 0 .. 2**levels - 1.

    The first 2**levels letters are uniform, every later one follows the language. 200,000 letters of three levels take
    less than a second: a plane of bits is linear in itself once the plane below is known, so all that is done letter by
    letter is the parity of one word.

    Raises:
        ValueError: levels not 1 to 6, or a negative length.
    """
    _check(levels)
    if length < 0:
        raise ValueError(f"length must not be negative, got {length}")
    generator = np.random.default_rng(seed)
    first = generator.integers(0, 2, (levels, 2**levels))
    flips = generator.random((levels, length)) < NOISE
    letters = np.zeros(length, dtype=np.int64)
    below = np.ones(length, dtype=np.int64)
    for plane in range(levels):
        below = _make_plane(plane, below, first[plane][:length], flips[plane])
        letters |= below << plane
    return letters


def optimum(levels: int, context: int) -> float:
    """The least loss that any model of T(levels) can have which sees `context` letters, in nats a letter.

    Raises:
        ValueError: levels not 1 to 6, or a context below 1.
    """
    planes = _planes_within(levels, context)
    return planes * NOISE_NATS + (levels - planes) * math.log(2)


def true_loss(letters: np.ndarray, levels: int, context: int | None = None) -> float:
    """The loss of the best model there is on a stream of T(levels), in nats a letter: all but the first 2**levels.

    A test set has its own luck with the noise: a model's excess over this, on the same letters, varies far less than
    its loss does.

    Args:
        letters: (N,), 0 to 2**levels - 1.
        levels: of the language.
        context: how many letters the model sees; by default all that the language reads.

    Raises:
        ValueError: levels not 1 to 6, a context below 1; letters that are not of T(levels), or 2**levels at the most.
    """
    context = 2**levels if context is None else context
    planes = _planes_within(levels, context)
    if letters.ndim != 1 or len(letters) <= 2**levels:
        raise ValueError(f"letters must be one stream of more than {2**levels}, got shape {letters.shape}")
    if letters.min() < 0 or letters.max() >= 2**levels:
        raise ValueError(f"letters must be 0 to {2**levels - 1}, got {letters.min()} to {letters.max()}")
    scored = len(letters) - 2**levels
    below = np.ones_like(letters)
    flips = 0
    for plane in range(planes):
        bits = letters >> plane & 1
        window = 2 ** (plane + 1)
        said = np.bitwise_xor.reduce(
            _reads(below, window) & np.lib.stride_tricks.sliding_window_view(bits, window)[:-1].T
        )
        flips += int((said != bits[window:])[-scored:].sum())
        below = bits
    known = -(flips * math.log(NOISE) + (planes * scored - flips) * math.log(1 - NOISE)) / scored
    return known + (levels - planes) * math.log(2)


def _planes_within(levels: int, context: int) -> int:
    """How many planes a context tells anything about: those that read no more letters than it holds."""
    _check(levels)
    if context < 1:
        raise ValueError(f"context must be 1 or more, got {context}")
    return min(context.bit_length() - 1, levels)


def _check(levels: int) -> None:
    if not 1 <= levels <= MOST_LEVELS:
        raise ValueError(f"levels must be 1 to {MOST_LEVELS}, got {levels}")


def _make_plane(plane: int, below: np.ndarray, first: np.ndarray, flips: np.ndarray) -> np.ndarray:
    """All bits of one plane, given those of the plane below and the uniform first ones."""
    window = 2 ** (plane + 1)
    places = np.arange(window - 1, -1, -1, dtype=np.uint64)[:, None]  # the newest letter is the word's lowest bit
    reads = np.bitwise_or.reduce(_reads(below, window).astype(np.uint64) << places)
    bits: list[int] = first.tolist()
    word = sum(bit << place for place, bit in enumerate(reversed(bits)))
    for read, flip in zip(reads[len(bits) - window :].tolist(), flips[len(bits) :].tolist(), strict=True):
        bits.append((read & word).bit_count() & 1 ^ flip)
        word = word << 1 & (1 << window) - 1 | bits[-1]
    return np.array(bits, dtype=np.int64)


def _reads(below: np.ndarray, window: int) -> np.ndarray:
    """Which letters of its window each letter's bit is the XOR of: (window, letters that have one), 0 or 1.

    Unfolding s_u ^ (s_v & a_v) from the top, a letter is read where every newer half that it lies in has a = 1, and
    the a of a half is the parity of the plane below over it.
    """
    parity = np.concatenate([[0], np.cumsum(below)])
    count = max(len(below) - window, 0)
    reads = np.ones((window, count), dtype=np.int64)
    for place in range(window):
        for level in range(window.bit_length() - 1):
            if place >> level & 1:
                start = place >> level << level
                reads[place] &= parity[start + 2**level :][:count] - parity[start:][:count] & 1
    return reads
