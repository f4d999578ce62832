"""When two answers were seen to do the same: up to rounding, and no further."""

import json
import os
import socket
import tempfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from grader.base.json_lines import JsonSocket
from grader.engine.observation import alike, observed

THIRD = torch.tensor([1 / 3, -2.0, 0.0], dtype=torch.float64)


def same(one: object, other: object) -> bool:
    return alike(observed(one), observed(other))


@pytest.mark.parametrize(
    "value",
    [
        *[None, True, 3, 2**3000, 2**20_000, 0.1, float("nan"), "text", [1, (2.0, "x")], {2, 2**20_000, "x"}],
        *[{"a": THIRD}, THIRD, THIRD + 1j, np.arange(4.0)],
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_is_like_itself_and_can_be_kept(value: object) -> None:
    assert same(value, value)
    json.dumps(observed(value))


def test_rounding_makes_no_difference_and_an_eps_ten_times_too_large_does() -> None:
    assert same(THIRD, THIRD + 1e-13)
    assert not same(THIRD, THIRD + 1e-6)
    assert same(THIRD.float(), THIRD.float() + 1e-7)
    assert same(1 / 3, 1 / 3 + 1e-13)
    assert not same(1 / 3, 1 / 3 + 1e-6)


def test_a_value_that_cancels_is_like_zero_beside_large_ones() -> None:
    assert same(torch.tensor([1e6, 1e-12], dtype=torch.float64), torch.tensor([1e6, 0.0], dtype=torch.float64))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (True, 1),
        ([1], (1,)),
        (THIRD, THIRD.float()),
        (THIRD, THIRD[None]),
        (THIRD, THIRD.flip(0)),
        (torch.tensor([1, 2]), torch.tensor([1, 3])),
        (float("inf"), -float("inf")),
        (float("nan"), 0.0),
        ({"a": 1}, {"b": 1}),
        (ValueError("x"), TypeError("x")),
        (None, "None"),
    ],
)
def test_what_differs_is_not_alike(one: object, other: object) -> None:
    assert not same(one, other)


def test_an_error_is_told_by_its_kind_since_its_words_are_each_authors_own() -> None:
    assert same(ValueError("group must be 1 or more"), ValueError("no"))


def test_texts_are_alike_word_for_word_but_for_the_last_digits_of_numbers() -> None:
    assert same("first at [0, 1]: 2.0 expected, 0.33333333 got", "first at [0, 1]: 2.0 expected, 0.33333334 got")
    assert not same("first at [0, 1]: 2.0 expected", "first at [0, 2]: 2.0 expected")
    assert not same("shape (4,), expected (1, 4)", "shape (4,), wanted (1, 4)")


def test_large_tensors_are_cut_so_that_a_record_stays_small() -> None:
    assert len(observed(torch.zeros(100, 100))["numbers"]) < 5_000


def test_a_request_of_a_megabyte_arrives_whole_with_its_descriptors() -> None:
    ours, theirs = socket.socketpair()
    sender, receiver = JsonSocket(ours), JsonSocket(theirs)
    with ours, theirs, tempfile.TemporaryFile() as file, ThreadPoolExecutor() as pool:
        sent = {"observations": {"check": {"came": [1 / 3] * 60_000}}}
        sending = pool.submit(sender.send, sent, [file.fileno()])
        received = receiver.receive()
        sending.result()
        assert received is not None
        request, descriptors = received
        assert request == sent
        assert os.fstat(descriptors[0]).st_ino == os.fstat(file.fileno()).st_ino
        os.close(descriptors[0])
        ours.close()
        assert receiver.receive() is None
