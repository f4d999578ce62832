"""Exercise 5: the place of each value, on numbered inputs; the shape alone proves nothing."""

import oracles
import pytest
import torch
from callers import LATER, keeps_no_result
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import FLOATS, Grouped, grouped, laid_out, numbered

from grader import language
from grader.language import (
    Answers,
    Handle,
    accepted,
    accepts,
    backward,
    build,
    call,
    exists,
    gradient,
    holds,
    is_module,
    leaf,
    leaves_alone,
    now,
    raises,
    read,
    same,
    same_dtype,
    same_shape,
    seen,
    state,
    state_of,
    to_dtype,
    train,
)


@pytest.mark.worth(3.5, "order")
@given(grouped(dtypes=st.just(torch.float32)))
@settings(max_examples=14)
def test_any_group_and_shape(answers: Answers, drawn: Grouped) -> None:
    """Each output position holds the channels of its `group` neighbours, oldest first, for every group and shape."""
    flatten = build(answers.ex05_flatten_consecutive.FlattenConsecutive, drawn.group)
    expected = oracles.flatten_consecutive(drawn.x, drawn.group)
    same(call(flatten, drawn.x), expected)


@pytest.mark.worth(2, "order")
def test_pairs_on_numbered_input(answers: Answers) -> None:
    """With group=2, each output position holds the channels of two neighbours, the older one first."""
    x = numbered(2, 4, 2)
    flatten = build(answers.ex05_flatten_consecutive.FlattenConsecutive, 2)
    same(call(flatten, x), torch.tensor([[[1.0, 2, 3, 4], [5, 6, 7, 8]], [[9, 10, 11, 12], [13, 14, 15, 16]]]))


@pytest.mark.worth(1.5, "one-left")
@given(st.integers(2, 5), st.integers(2, 4), st.integers(1, 3))
@settings(max_examples=8)
def test_one_group_left_drops_the_time_axis(answers: Answers, group: int, batch: int, channels: int) -> None:
    """If one group remains, the time axis is dropped: (B, group, C) becomes (B, group * C)."""
    x = numbered(batch, group, channels)
    flatten = build(answers.ex05_flatten_consecutive.FlattenConsecutive, group)
    same(call(flatten, x), numbered(batch, group * channels))


@pytest.mark.worth(1, "batch-of-one")
@given(st.integers(2, 4), st.integers(1, 3), st.integers(1, 3))
@settings(max_examples=8)
def test_batch_of_one_keeps_its_axis(answers: Answers, group: int, groups: int, channels: int) -> None:
    """A batch of one keeps its batch axis: (1, T, C) becomes (1, T // group, group * C), or (1, group * C)."""
    flatten = build(answers.ex05_flatten_consecutive.FlattenConsecutive, group)
    shape = (1, groups, group * channels) if groups > 1 else (1, group * channels)
    same_shape(call(flatten, numbered(1, groups * group, channels)), shape)


@pytest.mark.worth(1, "order", "group")
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=8)
def test_group_of_one_changes_nothing(answers: Answers, batch: int, time: int, channels: int) -> None:
    """With group=1 nothing is joined: (B, T, C) is unchanged, and a single position gives (B, C)."""
    x = numbered(batch, time, channels)
    flatten = build(answers.ex05_flatten_consecutive.FlattenConsecutive, group=1)
    expected = oracles.flatten_consecutive(x, 1)
    same(call(flatten, x), expected)


@pytest.mark.worth(1, "strides")
@given(st.sampled_from(["transposed", "strided"]), st.integers(2, 3), st.integers(1, 2), st.integers(2, 4))
@settings(max_examples=14)
def test_non_contiguous_input(answers: Answers, layout: str, group: int, groups: int, channels: int) -> None:
    """Non-contiguous input (a transpose, every second place) gives the same values."""
    x = laid_out(numbered(2, groups * group, channels), layout)
    flatten = build(answers.ex05_flatten_consecutive.FlattenConsecutive, group)
    expected = oracles.flatten_consecutive(x, group)
    same(call(flatten, x), expected)


def in_dtype(flatten: Handle, dtype: torch.dtype) -> None:
    """Convert the layer, because it may keep a matrix of its own as a buffer."""
    if dtype != torch.float32:
        to_dtype(flatten, dtype)


@pytest.mark.worth(0.5, "dtype")
@given(FLOATS)
def test_dtype_is_kept(answers: Answers, dtype: torch.dtype) -> None:
    """The result has the input's dtype: float64 after `.double()`."""
    flatten = build(answers.ex05_flatten_consecutive.FlattenConsecutive, 2)
    in_dtype(flatten, dtype)
    same_dtype(call(flatten, numbered(2, 4, 3, dtype=dtype)), dtype)


@pytest.mark.worth(1.5, "gradients")
@given(grouped(dtypes=st.just(torch.float32)), st.sampled_from([True, False]))
@settings(max_examples=10)
def test_gradients_flow_back(answers: Answers, drawn: Grouped, training: bool) -> None:
    """The gradient of each output value reaches the input value that it came from, and no other, in both modes."""
    reference = drawn.x.clone().requires_grad_()
    expected = oracles.flatten_consecutive(reference, drawn.group)
    weights = numbered(*expected.shape)
    (expected * weights).sum().backward()
    x = leaf("x", drawn.x)
    flatten = build(answers.ex05_flatten_consecutive.FlattenConsecutive, drawn.group)
    train(flatten, training)
    got = call(flatten, x)
    same(got, expected)
    backward(got, weights)
    holds(exists(gradient(x)), "no gradient reaches the input")
    same(gradient(x), reference.grad, what="the gradient of x, where output value i has gradient i")


@pytest.mark.worth(0.5, "module")
def test_is_a_module_without_parameters(answers: Answers) -> None:
    """FlattenConsecutive is an `nn.Module` without parameters."""
    flatten = build(answers.ex05_flatten_consecutive.FlattenConsecutive, group=2)
    is_module(flatten)
    count = seen(lambda told: sum(tensor.numel() for tensor in state_of(told).parameters.values()), state(flatten))
    same(count, 0, what="the number of parameters")
    inside = language.given("inside", "nn.Sequential(layer)")
    same_shape(call(inside, numbered(1, 4, 1)), (1, 2, 2), what="the result inside nn.Sequential")


@pytest.mark.worth(0.75, "refuses", kind="errors")
@given(st.integers(2, 5), st.sampled_from([1, 2, 3, 0]), st.integers(0, 3))
@settings(max_examples=14)
def test_refuses_a_remainder(answers: Answers, group: int, groups: int, more: int) -> None:
    """A T that is not a multiple of `group` raises a ValueError whose message includes T: no value is silently dropped
    or joined with those of another window, even if all windows together would fill whole groups.
    """
    time = groups * group + 1 + more % (group - 1)
    batch = max(1, groups * group)
    flatten = build(answers.ex05_flatten_consecutive.FlattenConsecutive, group)
    accepts(flatten, numbered(batch, (groups + 1) * group, 2))
    raises(ValueError, flatten, numbered(batch, time, 2), values=[time])


@pytest.mark.worth(0.25, "refuses", kind="errors")
@given(st.sampled_from([(4, 2), (4,), (1, 4, 2, 1)]))
def test_refuses_another_rank(answers: Answers, shape: tuple[int, ...]) -> None:
    """An x that is not 3-D raises a ValueError."""
    flatten = build(answers.ex05_flatten_consecutive.FlattenConsecutive, 2)
    accepts(flatten, numbered(2, 4, 2))
    raises(ValueError, flatten, numbered(*shape))


@pytest.mark.worth(0.5, "group", kind="errors")
@given(st.sampled_from([-1, 0, -2, -3]))
def test_refuses_a_group_below_one(answers: Answers, group: int) -> None:
    """A group below 1 raises a ValueError when the layer is built; the message includes `group` and its value."""
    flatten_consecutive = answers.ex05_flatten_consecutive.FlattenConsecutive
    accepts(flatten_consecutive, 2)
    raises(ValueError, flatten_consecutive, group, naming=["group"], values=[group])


@pytest.mark.worth(1, "effects")
@given(grouped())
@settings(max_examples=8)
def test_leaves_everything_as_it_was(answers: Answers, drawn: Grouped) -> None:
    """The argument is not modified, the layer stays in its mode, nothing is kept between two calls or shared by two
    layers, and the global random state is not touched. Negative values and fractions pass through unchanged. Each call
    returns a new tensor with the current values of x.
    """
    flatten = build(answers.ex05_flatten_consecutive.FlattenConsecutive, drawn.group)
    in_dtype(flatten, drawn.x.dtype)
    build(answers.ex05_flatten_consecutive.FlattenConsecutive, drawn.group + 1)
    others = drawn.x / -8, numbered(3, 2 * drawn.group, 2, dtype=drawn.x.dtype)
    with leaves_alone(x=drawn.x):
        accepted(flatten, drawn.x)
    same(read(flatten, "training"), True, what="`training` after a call")
    for other in others:
        expected = oracles.flatten_consecutive(other, drawn.group)
        same(call(flatten, other), expected, what="the result of a later call")
    expected = oracles.flatten_consecutive(drawn.x, drawn.group)
    train(flatten, False)
    with leaves_alone(x=drawn.x):
        same(call(flatten, drawn.x), expected, what="the result in evaluation mode")
    same(read(flatten, "training"), False, what="`training` after a call in evaluation mode")
    first = call(flatten, drawn.x)
    same(call(flatten, drawn.x / 3), expected / 3, what="the result for thirds, which need all of x's dtype")
    same(now(first), expected, what=LATER)
    keeps_no_result(flatten, first, drawn.x, expected, -expected)
