"""Exercise 13: attention compared with torch's own; its weights row by row, each from only the visible positions."""

import functools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
import torch
from callers import AGAIN, CHANGED, LATER, object_of, overwritten
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import FLOATS, SEEDS, laid_out, numbered, quarters, tenths
from torch import Tensor

from grader import language
from grader.language import (
    Answers,
    Handle,
    backward,
    call,
    do,
    exists,
    gradient,
    holds,
    item,
    leaf,
    leaves_alone,
    looked,
    now,
    same,
    same_dtype,
    same_shape,
    seen,
)

LEADING = st.sampled_from([(2,), (), (1,), (3, 2), (1, 3), (2, 1, 2)])
TIMES = st.integers(2, 5)
# In float64 channels whose root float32 holds exactly: a scale taken by `torch.sqrt(torch.tensor(D))` is a right one.
# Four first: a mistake in the scale does not show with one.
CHANNELS = st.sampled_from([4, 1, 9, 16])
ANY_CHANNELS = st.sampled_from([1, 3, 2, 5, 6])  # in float32; with one, an example is short


class Inputs(NamedTuple):
    """The three arguments, each of shape (..., T, D)."""

    query: Tensor
    key: Tensor
    value: Tensor


def inputs(*shape: int, seed: int) -> Inputs:
    """Random tenths, float64."""
    return Inputs(*(tenths(*shape, seed=seed + place) for place in range(3)))


def attended(answers: Answers, drawn: Sequence[Any]) -> tuple[Handle, Handle]:
    """Call the answer and return its output and weights."""
    returned = call(answers.ex13_attention.causal_attention, *drawn)

    def is_pair(made: Any) -> None:
        fits = isinstance(made, tuple) and len(made) == 2
        holds(fits, "it does not return a tuple of two: output, weights", expected="(output, weights)", got=made)

    looked(returned, is_pair)
    return item(returned, 0), item(returned, 1)


def output_of(drawn: Inputs) -> Tensor:
    """Compute the output with torch's own attention."""
    return torch.nn.functional.scaled_dot_product_attention(*drawn, is_causal=True)


def weights_of(drawn: Inputs) -> Tensor:
    """Compute each row of weights as a softmax over the scores of the position itself and earlier ones; later scores
    are never computed.
    """
    *leading, time, channels = drawn.query.shape
    weights = torch.zeros(*leading, time, time, dtype=drawn.query.dtype)
    for t in range(time):
        scores = (drawn.query[..., t : t + 1, :] * drawn.key[..., : t + 1, :]).sum(dim=-1) / math.sqrt(channels)
        powers = torch.exp(scores - scores.amax(dim=-1, keepdim=True))
        weights[..., t, : t + 1] = powers / powers.sum(dim=-1, keepdim=True)
    return weights


@pytest.mark.worth(1, "output")
@given(st.integers(1, 3), TIMES, CHANNELS, SEEDS)
def test_output(answers: Answers, batch: int, time: int, channels: int, seed: int) -> None:
    """The output equals that of `torch.nn.functional.scaled_dot_product_attention` with is_causal=True."""
    drawn = inputs(batch, time, channels, seed=seed)
    expected = output_of(drawn)
    same(attended(answers, drawn)[0], expected, what="the output")


@pytest.mark.worth(1, "output", "weights")
def test_three_positions_by_hand(answers: Answers) -> None:
    """With keys 0, ln 2 and ln 3, D = 1 and every query 1, the weights are 1; 1/3, 2/3; 1/6, 2/6, 3/6, and the output
    is the weighted average of the values.
    """
    key = torch.tensor([[1.0], [2.0], [3.0]], dtype=torch.float64).log()
    drawn = Inputs(torch.ones(3, 1, dtype=torch.float64), key, torch.tensor([[6.0], [12.0], [60.0]]).double())
    output, weights = attended(answers, drawn)
    same(weights, torch.tensor([[6.0, 0, 0], [2, 4, 0], [1, 2, 3]]).double() / 6, what="the weights")
    same(output, torch.tensor([[6.0], [10.0], [35.0]]).double(), what="the output")


@pytest.mark.worth(0.5, "output", "weights")
@given(st.sampled_from([(), (2,)]), TIMES, ANY_CHANNELS, SEEDS)
def test_any_number_of_channels(
    answers: Answers, leading: tuple[int, ...], time: int, channels: int, seed: int
) -> None:
    """Output and weights are right for any number of channels, in float32."""
    drawn = Inputs(*(x.float() for x in inputs(*leading, time, channels, seed=seed)))
    output, weights = attended(answers, drawn)
    same(weights, weights_of(drawn), what="the weights")
    same(output, output_of(drawn), what="the output")


@pytest.mark.worth(0.5, "weights")
@given(st.integers(1, 3), TIMES, CHANNELS, SEEDS)
def test_weights(answers: Answers, batch: int, time: int, channels: int, seed: int) -> None:
    """Row t of the weights is the softmax of position t's scores, query · key / sqrt(D), over positions 0 to t; each
    row sums to 1.
    """
    drawn = inputs(batch, time, channels, seed=seed)
    expected = weights_of(drawn)
    same(attended(answers, drawn)[1], expected, what="the weights")


@pytest.mark.worth(1, "causal")
@given(st.integers(1, 2), TIMES, CHANNELS, SEEDS)
def test_nothing_above_the_diagonal(answers: Answers, batch: int, time: int, channels: int, seed: int) -> None:
    """No position reads a later one: every weight above the diagonal is exactly 0."""
    _, weights = attended(answers, inputs(batch, time, channels, seed=seed))
    same_shape(weights, (batch, time, time), what="the weights")
    above = torch.ones(time, time).triu(1) == 1
    largest = seen(lambda made: float(made.detach()[..., above].abs().max()), weights)
    holds(largest == 0, "a weight above the diagonal is not 0", expected="0.0 at every later position", got=largest)


@pytest.mark.worth(0.5, "causal")
def test_a_long_sequence(answers: Answers) -> None:
    """A sequence can have any length: each of 300 positions reads only itself and earlier ones."""
    drawn = Inputs(*(torch.rand(300, 1, generator=torch.Generator().manual_seed(seed)).double() for seed in range(3)))
    output, weights = attended(answers, [long_input(name, seed) for seed, name in enumerate(Inputs._fields)])
    expected = weights_of(drawn)
    same(weights, expected, what="the weights")
    same(output, expected @ drawn.value, what="the output")


def long_input(name: str, seed: int) -> Handle:
    """Make one argument of 300 positions. Examples show its name instead of its values. An answer may consist of two
    nested loops, so it is not longer.
    """
    made = f"torch.rand(300, 1, generator=torch.Generator().manual_seed({seed})).double()"
    return language.given(name, made)


@pytest.mark.worth(0.5, "causal")
@given(st.integers(1, 2), TIMES, CHANNELS, SEEDS)
def test_the_future_changes_nothing(answers: Answers, batch: int, time: int, channels: int, seed: int) -> None:
    """Whatever comes later, the output of a position does not change."""
    drawn = inputs(batch, time, channels, seed=seed)
    output, _ = attended(answers, drawn)
    for t in range(1, time):
        other = Inputs(*(torch.cat([x[:, :t], x[:, t:] + 3], dim=1) for x in drawn))
        same_shape(output, (batch, time, channels), what="the output")
        before = seen(lambda made, t=t: made[:, :t].detach(), output)
        later = seen(lambda made, t=t: made[:, :t], attended(answers, other)[0])
        same(later, before, what=f"the output of the first {t}")


def around(score: float, time: int, seed: int) -> Inputs:
    """Make inputs whose scores are around one number, some tens apart, without values that could cancel."""
    near = quarters(2, time, 4, seed=seed)
    return Inputs(torch.full_like(near, 64.0), near + score / 128, near.abs() + 1)


@pytest.mark.worth(1, "stable")
@given(st.sampled_from([10_000, -10_000]), st.integers(2, 4), SEEDS)
def test_large_scores(answers: Answers, score: int, time: int, seed: int) -> None:
    """Scores around 10,000 and around -10,000 give the right weights, without infinity or nan."""
    drawn = around(score, time, seed)
    output, weights = attended(answers, drawn)
    expected = weights_of(drawn)
    same(weights, expected, what="the weights")
    same(output, expected @ drawn.value, what="the output")


@pytest.mark.worth(0.5, "stable")
@given(st.sampled_from([10_000, -10_000]), SEEDS)
def test_large_scores_in_float32(answers: Answers, score: int, seed: int) -> None:
    """In float32, scores of that size also give no infinity or nan, and each row sums to 1."""
    output, weights = attended(answers, Inputs(*(x.float() for x in around(score, 4, seed))))
    same_shape(weights, (2, 4, 4), what="the weights")
    for name, part in (("output", output), ("weights", weights)):
        looked(part, functools.partial(is_finite, name))
    looked(weights, sums_to_one)


def is_finite(name: str, part: Tensor) -> None:
    """Expect numbers, neither infinity nor nan."""
    holds(bool(torch.isfinite(part).all()), f"the {name} contain infinity or nan", got=part.detach())


def sums_to_one(weights: Tensor) -> None:
    """Expect that each row sums to 1, with a tolerance: a float32 near 10,000 is only precise to a thousandth."""
    sums = weights.detach().sum(dim=-1)
    holds(bool((sums - 1).abs().max() < 0.01), "the rows of the weights do not sum to 1", expected="1", got=sums)


@pytest.mark.worth(0.5, "stable")
@given(SEEDS)
def test_scores_far_apart(answers: Answers, seed: int) -> None:
    """If scores of 10,000 and of -10,000 are in one row, the largest visible one gets all the weight."""
    signs = torch.sign(quarters(4, 1, seed=seed) + 0.125)
    steps = torch.arange(4.0, dtype=torch.float64)[:, None]
    drawn = Inputs(torch.full((4, 1), 100.0).double(), signs * (100 - steps), numbered(4, 1, dtype=torch.float64))
    output, weights = attended(answers, drawn)
    expected = weights_of(drawn)
    same(weights, expected, what="the weights")
    same(output, expected @ drawn.value, what="the output")


@pytest.mark.worth(0.5, "leading")
@given(LEADING, TIMES, CHANNELS, SEEDS)
def test_any_leading_axes(answers: Answers, leading: tuple[int, ...], time: int, channels: int, seed: int) -> None:
    """Whatever axes are in front of T and D, many or none, each sequence is handled separately."""
    drawn = inputs(*leading, time, channels, seed=seed)
    output, weights = attended(answers, drawn)
    same(output, output_of(drawn), what="the output")
    same(weights, weights_of(drawn), what="the weights")


@pytest.mark.worth(0.5, "one")
@given(LEADING, CHANNELS, SEEDS)
def test_a_single_position(answers: Answers, leading: tuple[int, ...], channels: int, seed: int) -> None:
    """With T = 1 the output is the value, and the only weight is 1."""
    drawn = inputs(*leading, 1, channels, seed=seed)
    output, weights = attended(answers, drawn)
    same(output, drawn.value, what="the output")
    same(weights, torch.ones(*leading, 1, 1, dtype=torch.float64), what="the weights")


@pytest.mark.worth(0.5, "strides")
@given(st.sampled_from(["transposed", "strided"]), TIMES, SEEDS)
def test_non_contiguous_input(answers: Answers, layout: str, time: int, seed: int) -> None:
    """Non-contiguous input (a transpose, every second place) gives the same values."""
    drawn = Inputs(*(laid_out(x, layout) for x in inputs(2, time, 4, seed=seed)))
    output, weights = attended(answers, drawn)
    same(output, output_of(drawn), what="the output")
    same(weights, weights_of(drawn), what="the weights")


@pytest.mark.worth(0.5, "dtype")
@given(FLOATS, SEEDS)
def test_dtype_is_kept(answers: Answers, dtype: torch.dtype, seed: int) -> None:
    """Output and weights have the inputs' dtype."""
    drawn = Inputs(*(x.to(dtype) for x in inputs(1, 3, 2, seed=seed)))
    for part in attended(answers, drawn):
        same_dtype(part, dtype)


@pytest.mark.worth(0.5, "gradients")
@given(st.integers(1, 2), TIMES, CHANNELS, SEEDS)
def test_gradients(answers: Answers, batch: int, time: int, channels: int, seed: int) -> None:
    """The gradients of query, key and value equal those of torch's own attention."""
    drawn = inputs(batch, time, channels, seed=seed)
    mine = [leaf(name, x) for name, x in zip(Inputs._fields, drawn, strict=True)]
    theirs = Inputs(*(x.clone().requires_grad_() for x in drawn))
    towards = tenths(batch, time, channels, seed=seed + 3)
    (output_of(theirs) * towards).sum().backward()
    output, _ = attended(answers, mine)
    backward(output, towards, what="the output", source="its inputs")
    for name, got, wanted in zip(Inputs._fields, mine, theirs, strict=True):
        assert wanted.grad is not None
        holds(exists(gradient(got)), f"no gradient reaches `{name}`")
        same(gradient(got), wanted.grad, what=f"the gradient of `{name}`", gradient=True)


@pytest.mark.worth(0.5, "effects")
@given(LEADING, TIMES, CHANNELS, SEEDS)
@settings(max_examples=6)
def test_leaves_everything_as_it_was(
    answers: Answers, leading: tuple[int, ...], time: int, channels: int, seed: int
) -> None:
    """The three arguments are not modified, and the global random state is not touched. Each call returns new
    tensors for the current numbers in the arguments.
    """
    drawn = inputs(*leading, time, channels, seed=seed)
    with leaves_alone(**drawn._asdict()):
        output, weights = attended(answers, drawn)
        same(output, output_of(drawn), what="the output")
        same(weights, weights_of(drawn), what="the weights")
    other = Inputs(drawn.query / 2, 1 - drawn.key, -drawn.value)
    are_those_of(attended(answers, other), other, "")
    are_those_of((now(output), now(weights)), drawn, f", {LATER}")
    overwritten(output, "made.data.fill_(9)")
    overwritten(weights, "made.data.fill_(9)")
    are_those_of(attended(answers, drawn), drawn, f" of {AGAIN}")
    objects = [object_of(name, values) for name, values in drawn._asdict().items()]
    are_those_of(attended(answers, objects), drawn, "")
    do(["query.div_(2)", "key.neg_().add_(1)", "value.neg_()"])
    are_those_of(attended(answers, objects), other, f" of {CHANGED}")


def are_those_of(made: tuple[Handle, Handle], drawn: Inputs, when: str) -> None:
    """Compare output and weights with those of these arguments."""
    same(made[0], output_of(drawn), what=f"the output{when}")
    same(made[1], weights_of(drawn), what=f"the weights{when}")
