"""The language with the known optimum: its generator against the definition, its optimum against brute force."""

import math
from functools import cache
from itertools import product

import numpy as np
import pytest

from data.language import NOISE, make_letters, optimum, true_loss


def root(letters: list[int], plane: int) -> int:
    """The definition, word for word: a binary tree over the last 2**(plane + 1) letters."""

    def node(part: list[int]) -> tuple[int, int]:
        if len(part) == 1:
            return part[0] >> plane & 1, part[0] >> (plane - 1) & 1 if plane else 1
        (older_s, older_a), (newer_s, newer_a) = node(part[: len(part) // 2]), node(part[len(part) // 2 :])
        return older_s ^ (newer_s & newer_a), older_a ^ newer_a

    return node(letters[-(2 ** (plane + 1)) :])[0]


def noise_of(letters: list[int], levels: int) -> list[list[bool]]:
    """For each letter that follows the language, which of its bits the noise has turned."""
    return [
        [letters[t] >> plane & 1 != root(letters[:t], plane) for plane in range(levels)]
        for t in range(2**levels, len(letters))
    ]


def entropy(probabilities: np.ndarray) -> float:
    positive = probabilities[probabilities > 0]
    return float(-(positive * np.log(positive)).sum())


@pytest.mark.parametrize("levels", [1, 2, 3, 4])
def test_a_letter_is_what_the_definition_says_but_for_the_noise(levels: int) -> None:
    noise = np.array(noise_of(make_letters(levels, 3000, seed=5).tolist(), levels))
    assert noise.mean(axis=0) == pytest.approx([NOISE] * levels, abs=0.02), "4 standard deviations are 0.016"
    if levels > 1:
        assert np.abs(np.corrcoef(noise.T) - np.eye(levels)).max() < 0.1, "the planes' noises are independent"


@pytest.mark.parametrize("levels", [1, 2, 3, 4])
def test_the_true_loss_is_that_of_the_definition_on_the_same_letters(levels: int) -> None:
    letters = make_letters(levels, 600, seed=2)
    noise = np.array(noise_of(letters.tolist(), levels))
    assert true_loss(letters, levels) == pytest.approx(
        np.where(noise, -math.log(NOISE), -math.log(1 - NOISE)).sum(axis=1).mean(), abs=1e-12
    )


@pytest.mark.parametrize("context", [1, 2, 3, 4, 7, 8, 100])
def test_a_shorter_context_knows_its_planes_and_tosses_a_coin_for_the_others(context: int) -> None:
    letters = make_letters(3, 600, seed=2)
    noise = np.array(noise_of(letters.tolist(), 3))[:, : min(int(math.log2(context)), 3)]
    loss = np.where(noise, -math.log(NOISE), -math.log(1 - NOISE)).sum(axis=1).mean()
    assert true_loss(letters, 3, context) == pytest.approx(loss + (3 - noise.shape[1]) * math.log(2), abs=1e-12)


@cache
def stationary_contexts() -> np.ndarray:
    """T(2), all 256 states of its last four letters: the probability of each, with the letter that follows."""
    states = list(product(range(4), repeat=4))
    follows = np.zeros((256, 4))
    for index, state in enumerate(states):
        for letter in range(4):
            turned = [letter >> plane & 1 != root(list(state), plane) for plane in range(2)]
            follows[index, letter] = math.prod(NOISE if bit else 1 - NOISE for bit in turned)
    probability = np.full(256, 1 / 256)
    for _ in range(2000):
        after = (probability[:, None] * follows).reshape(4, 64, 4).sum(axis=0).reshape(256)
        if np.abs(after - probability).max() < 1e-15:
            break
        probability = after
    return probability[:, None] * follows


@pytest.mark.parametrize("context", [1, 2, 3, 4])
def test_the_optimum_is_that_of_brute_force_over_all_states_of_two_levels(context: int) -> None:
    joint = stationary_contexts().reshape(-1, 4**context, 4).sum(axis=0)
    assert entropy(joint) - entropy(joint.sum(axis=1)) == pytest.approx(optimum(2, context), abs=1e-9)


@cache
def many_letters() -> np.ndarray:
    return make_letters(3, 1_600_000, seed=1)


@pytest.mark.parametrize("context", [1, 2, 4])
def test_the_optimum_of_three_levels_is_what_counting_finds(context: int) -> None:
    """Counts alone, with Miller and Madow's correction: an entropy from N samples is low by (cells - 1) / 2N."""
    letters = many_letters()
    contexts = sum(letters[place : place - context] * 8**place for place in range(context))
    count = len(letters) - context
    both, alone = (np.bincount(cells) for cells in (contexts * 8 + letters[context:], contexts))
    measured = entropy(both / count) - entropy(alone / count) + ((both > 0).sum() - (alone > 0).sum()) / (2 * count)
    assert measured == pytest.approx(optimum(3, context), abs=0.004)


def test_the_language_itself_reaches_the_optimum_of_a_context_that_holds_all_it_reads() -> None:
    assert true_loss(many_letters()[:400_000], 3) == pytest.approx(optimum(3, 8), abs=0.008)


def test_the_optimum_is_the_published_table() -> None:
    table = {1: 2.079442, 2: 1.584810, 4: 1.090178, 8: 0.595546}
    assert {context: round(optimum(3, context), 6) for context in table} == table
    assert optimum(3, 7) == optimum(3, 4)


def test_the_same_seed_gives_the_same_letters_whatever_their_number() -> None:
    letters = make_letters(3, 1000, seed=7)
    assert (letters == make_letters(3, 1000, seed=7)).all()
    assert (letters != make_letters(3, 1000, seed=8)).any()
    assert set(letters.tolist()) == set(range(8))
    assert [len(make_letters(3, length, seed=7)) for length in (0, 1, 8, 9)] == [0, 1, 8, 9]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: make_letters(0, 9, 0), "levels must be 1 to 6, got 0"),
        (lambda: make_letters(7, 9, 0), "levels must be 1 to 6, got 7"),
        (lambda: make_letters(3, -1, 0), "length must not be negative, got -1"),
        (lambda: optimum(3, 0), "context must be 1 or more, got 0"),
        (lambda: true_loss(np.zeros(8, int), 3), "one stream of more than 8, got shape (8,)"),
        (lambda: true_loss(np.full(9, 8), 3), "letters must be 0 to 7, got 8 to 8"),
    ],
)
def test_what_it_cannot_do_it_says(call: object, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("(", r"\(").replace(")", r"\)")):
        call()
