"""The text with a long memory: made as it says, and worth to each context what the formula says."""

import math

import numpy as np
import pytest

from data.echoes import make_text, optimum, true_loss
from data.language import NOISE, NOISE_NATS

DISTANCES = (8, 64, 256, 1024)


@pytest.fixture(scope="module")
def text() -> np.ndarray:
    return make_text(DISTANCES, 400_000, seed=1)


def entropy(counts: np.ndarray) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


@pytest.mark.parametrize(("bit", "distance"), [*enumerate(DISTANCES)])
def test_a_bit_echoes_the_one_of_its_distance_and_no_other_says_a_thing_about_it(
    text: np.ndarray, bit: int, distance: int
) -> None:
    plane = text >> bit & 1
    assert (plane[distance:] != plane[:-distance]).mean() == pytest.approx(NOISE, abs=0.002)
    for other in (1, 7, 8, 63, 64, 255, 256, 1023):
        if other % distance:  # a multiple of the distance is an echo's echo, and lies further back
            assert (plane[other:] != plane[:-other]).mean() == pytest.approx(0.5, abs=0.04)
    for below in range(bit):
        assert (plane != text >> below & 1).mean() == pytest.approx(0.5, abs=0.04), "planes are independent"


@pytest.mark.parametrize("context", [1, 7, 8, 63, 64, 256, 1023, 1024, 5000])
def test_the_optimum_counts_the_echoes_within_reach(context: int) -> None:
    within = sum(distance <= context for distance in DISTANCES)
    assert optimum(DISTANCES, context) == pytest.approx(within * NOISE_NATS + (4 - within) * math.log(2), abs=1e-12)


def test_the_optimum_is_what_counting_finds(text: np.ndarray) -> None:
    """By the proof, the letters at the distances are all that a window holds about the next one."""
    for context in (8, 64):
        reached = [distance for distance in DISTANCES if distance <= context]
        now = text[DISTANCES[-1] :]
        seen = sum(
            (text[DISTANCES[-1] - distance : -distance] >> bit & 1) << bit for bit, distance in enumerate(reached)
        )
        both, alone = np.bincount(seen * 16 + now), np.bincount(seen)
        assert entropy(both) - entropy(alone) == pytest.approx(optimum(DISTANCES, context), abs=0.01)


@pytest.mark.parametrize("context", [1, 8, 64, 256, 1024])
def test_the_true_loss_is_the_optimum_with_the_luck_of_the_text(text: np.ndarray, context: int) -> None:
    assert true_loss(DISTANCES, text, context) == pytest.approx(optimum(DISTANCES, context), abs=0.006)
    wrong_letters = np.random.default_rng(0).integers(0, 16, 100_000)
    if context >= 8:
        assert true_loss(DISTANCES, wrong_letters, context) > optimum(DISTANCES, context) + 1, (
            "a text without echoes is no such text"
        )


def test_the_same_seed_gives_the_same_text() -> None:
    assert (make_text(DISTANCES, 3000, seed=7) == make_text(DISTANCES, 3000, seed=7)).all()
    assert (make_text(DISTANCES, 3000, seed=7) != make_text(DISTANCES, 3000, seed=8)).any()
    assert [len(make_text(DISTANCES, length, seed=7)) for length in (0, 1, 1024, 1025)] == [0, 1, 1024, 1025]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: make_text((8,), -1, 0), "length must not be negative, got -1"),
        (lambda: make_text((8, 0), 9, 0), r"distances must be 1 or more, got \(8, 0\)"),
        (lambda: optimum((8,), 0), "context must be 1 or more, got 0"),
        (lambda: true_loss((8, 64), np.zeros(64, int), 8), "longer than 64 letters, got 64"),
    ],
)
def test_what_it_cannot_do_it_says(call: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()
