"""The coloured blocks of a wrong tensor: where each value comes from, in the terminal and on a page."""

import pytest
import torch

from grader.base import values_as_text
from grader.base.results import Finding
from grader.reports import layout
from grader.reports.layout import Values
from solutions.ex05_flatten_consecutive import FlattenConsecutive

X = torch.arange(1.0, 9.0).reshape(1, 4, 2)


def values(tensor: torch.Tensor) -> Values:
    return Values(tuple(tensor.shape), tuple(tensor.flatten().tolist()))


def finding(got: torch.Tensor, expected: torch.Tensor, example: str) -> Finding:
    return Finding("failed", example=example, expected=values_as_text.value(expected), got=values_as_text.value(got))


def places(found: layout.Layout | None) -> list[list[int | None]]:
    assert found is not None
    return [[block.place for block in row] for row in found.got]


INTERLEAVED = X.reshape(1, 2, 2, 2).transpose(2, 3).flatten(2)
HALVES = torch.cat([X[:, :2], X[:, 2:]], -1)


@pytest.mark.parametrize(
    ("got", "expected_places", "says"),
    [
        (INTERLEAVED, [[0, 1, 0, 1], [2, 3, 2, 3]], "4 of 8 values in place, 4 moved"),
        (HALVES, [[0, 0, 2, 2], [1, 1, 3, 3]], "4 of 8 values in place, 4 moved"),
        (X[:, [1, 0, 3, 2]].reshape(1, 2, 4), [[1, 1, 0, 0], [3, 3, 2, 2]], "0 of 8 values in place, 8 moved"),
        (X, [[0, 0], [1, 1], [2, 2], [3, 3]], "2 of 8 values in place, 6 moved"),
        (X.reshape(1, 2, 4) + torch.tensor([100.0, 0, 0, 0]), [[None, 0, 1, 1], [None, 2, 3, 3]], "6 of 8"),
    ],
)
def test_each_value_is_traced_to_its_place_of_the_input(
    got: torch.Tensor, expected_places: list[list[int | None]], says: str
) -> None:
    found = layout.of_finding(finding(got, FlattenConsecutive(2)(X), "layer = FlattenConsecutive(2)\nlayer(x)"))
    assert places(found) == expected_places
    assert found is not None and found.says.startswith(says)
    assert found.places == "input place"
    assert places(layout.layout(values(FlattenConsecutive(2)(X)), values(got), channels=2)) == expected_places


def test_positions_that_come_too_late_are_rows_that_moved() -> None:
    expected = torch.arange(12.0).reshape(1, 4, 3) / 7
    found = layout.of_finding(finding(expected.roll(1, 1), expected, "all_positions(tree, tokens)"))
    assert places(found) == [[3] * 3, [0] * 3, [1] * 3, [2] * 3]


def test_of_equal_values_the_one_in_its_place_is_right() -> None:
    expected = torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.2, 0.3, 0.5]])
    found = layout.of_finding(finding(expected.T.contiguous(), expected, "causal_attention(q, k, v)"))
    assert found is not None
    assert [block.state for block in found.got[0]] == ["right", "moved", "moved"]


@pytest.mark.parametrize(
    ("example", "expected", "got"),
    [
        ("Fusion(2, 3)(x)", X, X),
        ("FlattenConsecutive(2)(x)", X, X + 100),
        ("FlattenConsecutive(2)(x)", X, X[0]),
        ("FlattenConsecutive(2)(x)", X, X * torch.tensor([1.0, torch.nan])),
        ("FlattenConsecutive(2)(x)", torch.zeros(1, 9, 2), X),
        ("FlattenConsecutive(2)(x)", torch.zeros(1, 40, 4), X),
        ("FlattenConsecutive(2)(x)", torch.tensor([[True, False]]), X),
        ("FlattenConsecutive(2)(x)", torch.zeros(0, 2), X),
    ],
)
def test_where_there_is_nothing_to_show_nothing_is_drawn(
    example: str, expected: torch.Tensor, got: torch.Tensor
) -> None:
    assert layout.of_finding(finding(got, expected, example)) is None
    assert layout.as_html(finding(got, expected, example)) == ""


def test_it_is_read_without_colour_and_fits_80_columns() -> None:
    found = layout.of_finding(finding(INTERLEAVED, FlattenConsecutive(2)(X), "FlattenConsecutive(2)(x)"))
    assert found is not None
    assert [line.plain.rstrip() for line in layout.drawn(found)] == [
        "Layout (p: input place): 4 of 8 values in place, 4 moved.",
        "  expected  1 p0   2 p0   3 p1   4 p1",
        "            5 p2   6 p2   7 p3   8 p3",
        "  got       1 p0   3 p1   2 p0   4 p1",
        "            5 p2   7 p3   6 p2   8 p3",
    ]
    page = layout.as_html(finding(INTERLEAVED, FlattenConsecutive(2)(X), "FlattenConsecutive(2)(x)"))
    assert page.count("<td") == 16
    assert ">3 p1</td>" in page
