"""Exercise 2: each step of a fusion, with sums computed half by half; later steps are checked against earlier ones."""

from typing import Any, NamedTuple

import numpy as np
import pytest
from callers import AGAIN, CHANGED, LATER, object_of, overwritten
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.language import (
    Answers,
    Handle,
    accepts,
    attribute,
    call,
    common_slip,
    do,
    holds,
    leaves_alone,
    looked,
    raises,
    same,
    seen,
    value,
)

SEEDS = st.integers(0, 999)
SMALL = st.integers(1, 4)
CHANNELS = st.sampled_from([2, 1, 3, 4])  # two first: with one, some wrong orders look right, and einsum stretches it
OUTPUTS = st.sampled_from([4, 1, 2, 3])  # four first: a square weight, which a transpose fits as well
LEADING = st.sampled_from([(1, 1), (), (1,), (2, 3), (3, 2), (2, 1, 3), (1, 2, 2, 2)])
KINDS = st.sampled_from([np.float32, np.float64])
# Sums of 32s are exact in whatever order they are taken; those of tenths cancel to 1e-16 at the most.
UNITS = st.sampled_from([0.1, 32.0])
FIELDS = ("joined", "summed", "fused")


class Inputs(NamedTuple):
    """The four arguments of a fusion."""

    left: np.ndarray
    right: np.ndarray
    weight: np.ndarray
    bias: np.ndarray


def inputs(
    leading: tuple[int, ...], channels: int, outputs: int, seed: int, kind: Any = np.float64, unit: float = 0.1
) -> Inputs:
    """Random multiples of a unit, from -10 to 10 of them, of shapes that fit."""
    generator = np.random.default_rng(seed)
    shapes = (*leading, channels), (*leading, channels), (2 * channels, outputs), (outputs,)
    return Inputs(*((generator.integers(-10, 11, shape) / (1 / unit)).astype(kind) for shape in shapes))


def joined(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Join the channels one by one."""
    channels = left.shape[-1]
    both = np.empty((*left.shape[:-1], 2 * channels), left.dtype)
    for channel in range(channels):
        both[..., channel], both[..., channels + channel] = left[..., channel], right[..., channel]
    return both


def summed(both: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """The sum of all products and the bias, output by output, in float64."""
    sums = [np.multiply(both, weight[:, output], dtype=np.float64).sum(axis=-1) for output in range(len(bias))]
    return (np.stack(sums, axis=-1) + bias).astype(both.dtype)


def same_trace(answers: Answers, drawn: Inputs) -> None:
    """Compare all three steps."""
    has_steps(call(answers.ex02_one_fusion.trace_fusion, *drawn), drawn)


def has_steps(trace: Handle, drawn: Inputs, when: str = "") -> None:
    """Compare the three steps of a trace with those of these arguments."""
    both = joined(drawn.left, drawn.right)
    sums = summed(both, drawn.weight, drawn.bias)
    expected = both, sums, np.tanh(sums)
    for name, values in zip(FIELDS, expected, strict=True):
        same(attribute(trace, name), values, what=f"`{name}`{when}")


def field(trace: Handle, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Read one step of the answer's trace and check its shape, so that the next step can be checked against it."""
    step = attribute(trace, name, np.ndarray)
    came = seen(lambda made: made.shape, step)
    difference = f"`{name}` has shape {came}, expected {shape}"
    holds(came == shape, difference, expected=f"shape {shape}", got=f"shape {came}")
    return np.asarray(value(step), np.float64)


def is_trace(trace: Handle) -> None:
    """Expect a tuple."""
    looked(
        trace,
        lambda made: holds(
            isinstance(made, tuple),
            f"the result is not a FusionTrace{common_slip(made)}",
            expected="a FusionTrace",
            got=made,
        ),
    )


@pytest.mark.worth(0.7, "joined", "summed", "fused")
def test_two_letters_by_hand(answers: Answers) -> None:
    """The neighbours [0.1, 0.2] and [0.3, 0.4] are joined to [0.1, 0.2, 0.3, 0.4], summed to [0.8, -0.2] and fused to
    tanh of that; the three are returned as a tuple with the names `joined`, `summed` and `fused`.
    """
    left, right = np.array([[0.1, 0.2]]), np.array([[0.3, 0.4]])
    weight, bias = np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0], [0.0, -1.0]]), np.array([0.1, 0.0])
    trace = call(answers.ex02_one_fusion.trace_fusion, left, right, weight, bias)
    is_trace(trace)
    same(attribute(trace, "joined"), np.array([[0.1, 0.2, 0.3, 0.4]]), what="`joined`")
    same(attribute(trace, "summed"), np.array([[0.8, -0.2]]), what="`summed`")
    same(attribute(trace, "fused"), np.array([[0.6640367702678489, -0.197375320224904]]), what="`fused`")


@pytest.mark.worth(1.2, "joined")
@given(st.integers(1, 3), CHANNELS, SEEDS)
def test_joined(answers: Answers, batch: int, channels: int, seed: int) -> None:
    """`joined` holds the left neighbour's channels first, then the right one's."""
    drawn = inputs((batch,), channels, 2, seed)
    expected = joined(drawn.left, drawn.right)
    same(attribute(call(answers.ex02_one_fusion.trace_fusion, *drawn), "joined"), expected, what="`joined`")


@pytest.mark.worth(0.8, "summed")
@given(st.integers(1, 3), CHANNELS, OUTPUTS, SEEDS, UNITS)
def test_summed(answers: Answers, batch: int, channels: int, outputs: int, seed: int, unit: float) -> None:
    """`summed` is `joined @ weight + bias`, before tanh."""
    drawn = inputs((batch,), channels, outputs, seed, unit=unit)
    weight, bias = drawn.weight.copy(), drawn.bias.copy()
    trace = call(answers.ex02_one_fusion.trace_fusion, *drawn)
    both = field(trace, "joined", (batch, 2 * channels))
    same(attribute(trace, "summed"), summed(both, weight, bias), what="`summed`")


@pytest.mark.worth(0.7, "fused")
@given(st.integers(1, 3), CHANNELS, SMALL, SEEDS, UNITS)
def test_fused(answers: Answers, batch: int, channels: int, outputs: int, seed: int, unit: float) -> None:
    """`fused` is tanh of `summed`: between -1 and 1 for sums of any size, even 100,000."""
    trace = call(answers.ex02_one_fusion.trace_fusion, *inputs((batch,), channels, outputs, seed, unit=unit))
    same(attribute(trace, "fused"), np.tanh(field(trace, "summed", (batch, outputs))), what="`fused`")


@pytest.mark.worth(0.5, "shapes")
@given(LEADING, CHANNELS, SMALL, SEEDS)
def test_any_leading_axes(answers: Answers, leading: tuple[int, ...], channels: int, outputs: int, seed: int) -> None:
    """Whatever axes are in front of the channels, many or none, each pair of neighbours is fused separately."""
    same_trace(answers, inputs(leading, channels, outputs, seed))


def laid_out(x: np.ndarray, layout: str) -> np.ndarray:
    """Return the same values with other strides: the axes in another order in memory, or every second element of a
    larger array.
    """
    return np.asfortranarray(x) if layout == "transposed" else np.repeat(x, 2, axis=-1)[..., ::2]


@pytest.mark.worth(0.5, "shapes")
@given(st.sampled_from(["transposed", "strided"]), st.sampled_from([(), (2,), (2, 3)]), SEEDS)
@settings(max_examples=15)
def test_non_contiguous_arrays(answers: Answers, layout: str, leading: tuple[int, ...], seed: int) -> None:
    """Non-contiguous arrays (a transpose, every second element) give the same values."""
    same_trace(answers, Inputs(*(laid_out(x, layout) for x in inputs(leading, 3, 2, seed))))


@pytest.mark.worth(0.5, "dtype")
@given(KINDS, st.sampled_from([(), (3,), (2, 2)]), SEEDS)
@settings(max_examples=15)
def test_dtype_is_kept(answers: Answers, kind: Any, leading: tuple[int, ...], seed: int) -> None:
    """The three results have the dtype of the inputs: float32 stays float32, and float64 stays float64. The float32
    values are the rounded float64 values.
    """
    trace_fusion, drawn = answers.ex02_one_fusion.trace_fusion, inputs(leading, 2, 3, seed, kind, 0.25)
    rounded = kind is np.float32
    exact = call(trace_fusion, *(x.astype(np.float64) for x in drawn)) if rounded else None
    trace = call(trace_fusion, *drawn)
    for name in FIELDS:
        step = attribute(trace, name, (np.ndarray, np.generic))
        came, wanted = seen(lambda made: str(made.dtype), step), str(np.dtype(kind))
        holds(came == wanted, f"`{name}` has dtype {came}, expected {wanted}", expected=wanted, got=came)
        if exact is not None:
            of_float64 = value(attribute(exact, name, (np.ndarray, np.generic)))
            same(step, np.asarray(of_float64, np.float32), what=f"`{name}` of the same numbers in float32")


def of_shapes(*shapes: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    """Make arrays of these shapes with small numbers."""
    return tuple(np.full(shape, 0.5) for shape in shapes)


@pytest.mark.worth(0.2, "refuses", kind="errors")
def test_refuses_neighbours_of_two_shapes(answers: Answers) -> None:
    """`left` and `right` with different shapes raise a ValueError whose message includes a size that does not fit;
    neither is broadcast.
    """
    trace_fusion = answers.ex02_one_fusion.trace_fusion
    accepts(trace_fusion, *of_shapes((3, 4), (3, 4), (8, 2), (2,)))
    sizes: list[tuple[tuple[int, ...], tuple[int, ...], list[int]]] = [
        ((1, 4), (3, 4), [1, 3]),
        ((3, 4), (3, 5), [4, 5]),
        ((5,), (3,), [5, 3]),
        ((3, 4), (1, 4), [1, 3]),
        ((2, 3, 4), (2, 1, 4), [3, 1]),
        ((5, 3, 4), (3, 5, 4), [5, 3]),
    ]
    for left, right, misfits in sizes:
        rows = left[-1] + right[-1]
        unequal = [rows] if left[-1] != right[-1] else []  # then the weight does not fit twice the left one either
        raises(ValueError, trace_fusion, *of_shapes(left, right, (rows, 2), (2,)), values=[*misfits, *unequal])
    ranks: list[tuple[tuple[int, ...], tuple[int, ...]]] = [((4,), (3, 4)), ((3, 4), (4,)), ((1, 3, 4), (3, 4))]
    ranks += [((3, 4), (1, 3, 4))]
    for left, right in ranks:
        raises(ValueError, trace_fusion, *of_shapes(left, right, (8, 2), (2,)))


@pytest.mark.worth(0.2, "refuses", kind="errors")
def test_refuses_another_weight(answers: Answers) -> None:
    """A weight whose shape is not (2C, H) raises a ValueError whose message includes the size that does not fit."""
    trace_fusion = answers.ex02_one_fusion.trace_fusion
    accepts(trace_fusion, *of_shapes((3, 4), (3, 4), (8, 8), (8,)))
    for rows in (7, 9, 4, 16, 3):
        raises(ValueError, trace_fusion, *of_shapes((3, 4), (3, 4), (rows, 8), (8,)), values=[rows, 4])
    raises(ValueError, trace_fusion, *of_shapes((3, 4), (3, 4), (5, 8), (5,)), values=[5, 4])  # (H, 2C), as in torch
    weights: list[tuple[int, ...]] = [(8,), (1, 8, 3), (3, 8, 3)]
    for weight in weights:
        raises(ValueError, trace_fusion, *of_shapes((3, 4), (3, 4), weight, (3,)))
    raises(ValueError, trace_fusion, *of_shapes((3, 4), (3, 4), (8,), ()))
    raises(ValueError, trace_fusion, *of_shapes((3, 4), (3, 4), (8,), (1,)))


@pytest.mark.worth(0.2, "refuses", kind="errors")
def test_refuses_another_bias(answers: Answers) -> None:
    """A bias whose shape is not (H,) raises a ValueError whose message includes the size that does not fit; it is not
    broadcast.
    """
    trace_fusion = answers.ex02_one_fusion.trace_fusion
    accepts(trace_fusion, *of_shapes((5, 4), (5, 4), (8, 3), (3,)))
    # first a number for each pair: only an answer that does not look at the bias at all lets it through
    raises(ValueError, trace_fusion, *of_shapes((2, 1), (2, 1), (2, 3)), np.array([[1.0], [2.0]]))
    for outputs, size in ((3, 1), (3, 4), (3, 5), (1, 3)):
        raises(ValueError, trace_fusion, *of_shapes((5, 4), (5, 4), (8, outputs), (size,)), values=[size])
    biases: list[tuple[int, ...]] = [(), (1, 3), (5, 3)]
    for bias in biases:
        raises(ValueError, trace_fusion, *of_shapes((5, 4), (5, 4), (8, 3), bias))


@pytest.mark.worth(0.5, "effects")
@given(LEADING, CHANNELS, SMALL, SEEDS)
@settings(max_examples=6)
def test_leaves_everything_as_it_was(
    answers: Answers, leading: tuple[int, ...], channels: int, outputs: int, seed: int
) -> None:
    """The four arguments are not modified, the global random state is not touched, and each call returns a new trace:
    no later call changes it, and changing it changes no later result.
    """
    trace_fusion, drawn = answers.ex02_one_fusion.trace_fusion, inputs(leading, channels, outputs, seed)
    with leaves_alone(**drawn._asdict()):
        same_trace(answers, drawn)
    trace = call(trace_fusion, *drawn)
    same_trace(answers, inputs(leading, channels, outputs, seed + 1))
    has_steps(trace, drawn, f" of {LATER}")
    overwritten(trace, "[step.fill(9) for step in made]")
    has_steps(call(trace_fusion, *drawn), drawn, f" of {AGAIN}")
    objects = [object_of(name, values) for name, values in drawn._asdict().items()]
    has_steps(call(trace_fusion, *objects), drawn)
    do([f"{name} += 1" for name in Inputs._fields])
    has_steps(call(trace_fusion, *objects), Inputs(*(values + 1 for values in drawn)), f" of {CHANGED}")
