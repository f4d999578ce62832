"""What a learner reads: a value in an example can be pasted and lies as it did in memory, a line says what differs."""

from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from grader.base import values_as_text
from grader.language.comparisons import Mismatch, same

SHAPES = st.lists(st.integers(0, 4), max_size=4).map(tuple)
LARGE = st.lists(st.integers(5, 9), min_size=3, max_size=4).map(tuple)
DTYPES = ("float32", "float64", "int64", "int32", "uint8", "bool")
LAYOUTS = ("dense", "transposed", "permuted", "strided")


class Pair(NamedTuple):
    """Two tensors with names."""

    one: Tensor
    other: Tensor


def pasted(text: str) -> Any:
    """The value of an example's text, as a learner has it who pastes it."""
    return eval(text, {"torch": torch, "np": np})


def tensor(shape: tuple[int, ...], dtype: str, layout: str) -> Tensor:
    """A tensor of this shape that lies so in memory."""
    x = (torch.arange(torch.Size(shape).numel()) * 7 % 5).to(getattr(torch, dtype)).reshape(shape)
    order = list(range(x.dim()))
    if layout == "transposed" and x.dim() > 1:
        order[-1], order[-2] = order[-2], order[-1]
    elif layout == "permuted":
        order = order[1:] + order[:1]
    elif layout == "strided" and x.dim():
        return x.repeat_interleave(2, -1)[..., ::2]
    back = [order.index(axis) for axis in range(x.dim())]
    return x.permute(order).contiguous().permute(back)


@given(SHAPES | LARGE, st.sampled_from(DTYPES), st.sampled_from(LAYOUTS))
def test_a_tensor_can_be_pasted(shape: tuple[int, ...], dtype: str, layout: str) -> None:
    x = tensor(shape, dtype, layout)
    got = pasted(values_as_text.python(x))
    assert got.shape == x.shape and got.dtype == x.dtype
    assert got.is_contiguous() == x.is_contiguous()
    if x.numel() > 1:
        assert [s for s, n in zip(got.stride(), shape, strict=True) if n > 1] == [
            s for s, n in zip(x.stride(), shape, strict=True) if n > 1
        ]
    if x.numel() <= values_as_text.MOST_NUMBERS:
        assert torch.equal(got, x)


@given(SHAPES | LARGE, st.sampled_from(DTYPES), st.sampled_from(LAYOUTS))
def test_an_array_can_be_pasted(shape: tuple[int, ...], dtype: str, layout: str) -> None:
    x = tensor(shape, dtype, layout).numpy()
    got = pasted(values_as_text.python(x))
    assert got.shape == x.shape and got.dtype == x.dtype
    assert got.flags.c_contiguous == x.flags.c_contiguous
    if x.size <= values_as_text.MOST_NUMBERS:
        assert np.array_equal(got, x)


@pytest.mark.parametrize("large", [torch.rand(9, 9), torch.ones(9, 9).long(), torch.ones(9, 9) > 0])
def test_large_values_stand_inside_of_calls(large: Tensor) -> None:
    """An example goes on behind them."""
    assert pasted(f"{values_as_text.python([large, large.T])}[1].t()").shape == (9, 9)


def test_values_that_count_up_are_written_as_such() -> None:
    x = torch.arange(1.0, 25.0).reshape(2, 3, 4)
    assert values_as_text.python(x) == "torch.arange(1., 25.).reshape(2, 3, 4)"
    assert values_as_text.python(x.transpose(1, 2)) == "torch.arange(1., 25.).reshape(2, 3, 4).transpose(1, 2)"
    assert values_as_text.python(tensor((2, 2), "float32", "strided")) == (
        "torch.tensor([[0.0, 2.0], [4.0, 1.0]]).repeat_interleave(2, -1)[..., ::2]"
    )


@pytest.mark.parametrize(
    ("got", "expected", "what", "says"),
    [
        (torch.zeros(1, 5), torch.zeros(5), "the result", "the result has shape (1, 5), expected (5,)"),
        (torch.zeros(1, 5), torch.zeros(5), "`inputs`", "`inputs` has shape (1, 5), expected (5,)"),
        (
            torch.zeros(1, 5),
            torch.zeros(5),
            "the logits of step 1",
            "the logits of step 1: shape (1, 5), expected (5,)",
        ),
        ([0.5], torch.zeros(5), "the weights", "the weights: a list, expected a tensor"),
        ([1], [1, 2], "the result", "the result has 1 item, expected 2"),
        (["a", "b"], ["a"], "the names", "the names: 2 items, expected 1"),
        ("1", 1, "the places", "the places: of type str, expected int"),
    ],
)
def test_a_line_fits_one_thing_and_many(got: object, expected: object, what: str, says: str) -> None:
    with pytest.raises(Mismatch) as told:
        same(got, expected, what=what)
    assert told.value.difference == says


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (torch.full((2, 3), 0.5), "torch.full((2, 3), 0.5)"),
        (
            torch.full((2, 3), 0.5, dtype=torch.float64).mT,
            "torch.full((2, 3), 0.5, dtype=torch.float64).transpose(0, 1)",
        ),
        (torch.full((3,), 0.5), "torch.tensor([0.5, 0.5, 0.5])"),
        (torch.tensor([0.0, -0.0, 0.0, 0.0]), "torch.tensor([0.0, -0.0, 0.0, 0.0])"),
    ],
)
def test_equal_numbers_are_written_as_a_fill(value: torch.Tensor, written: str) -> None:
    assert values_as_text.python(value).startswith(written)


def test_a_list_of_tensors_is_written_item_by_item_with_its_own_numbers() -> None:
    large = torch.full((9, 9), 2.5)
    large[0, 1] = 7.125
    text = values_as_text.value((large, torch.tensor([1 / 3])))
    assert text.splitlines()[0] == "a tuple of 2"
    assert "7.125" in text
    assert "rand" not in text
    assert text.splitlines()[-2:] == ["1: shape (1,), float32", "[0.333333]"]
    assert values_as_text.value([torch.zeros(1)] * 9).splitlines()[-1] == "... 5 more"
    assert values_as_text.value(Pair(torch.zeros(1), torch.ones(1))).splitlines()[1] == "one: shape (1,), float32"


def test_many_single_letters_are_written_as_one_word() -> None:
    assert values_as_text.python(list("abcdef")) == "list('abcdef')"
    assert values_as_text.python(list("abcde")) == "['a', 'b', 'c', 'd', 'e']"
    assert values_as_text.python([*"abcdef", ""]) == "['a', 'b', 'c', 'd', 'e', 'f', '']"
