"""Exercise 6: values, gradients and running statistics compared with torch's own layer, with the axes moved for it."""

import oracles
import pytest
import torch
from callers import AGAIN, CHANGED, LATER, object_of, overwritten
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import FLOATS, LAYOUTS, SEEDS, batches, laid_out, numbered, odd_eighths, tenths
from torch import Tensor

from grader.language import (
    Answers,
    Handle,
    accepted,
    accepts,
    assign,
    attribute,
    backward,
    build,
    call,
    do,
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
    seen,
    state,
    state_of,
    to_dtype,
    train,
    value,
)

EPS = st.sampled_from([0.1, 1e-2, 1e-5])  # the simplest example is one in which eps can be seen
MOMENTA = st.sampled_from([0.1, 0.25, 0.9, 0.0])
STATE = ("weight", "bias", "running_mean", "running_var")
RUNNING = STATE[2:]
PARTS = ("buffers", "state_dict")
# Values around 30,000, some units apart, none of them near its channel's mean. Deviations from the mean give the same
# numbers in whatever order they are taken; the mean of the squares less the square of the mean has lost them.
DEVIATIONS = [[-3.1, 1.4, 7.3], [-1.2, -4.7, -7.1], [0.9, 4.6, -2.2], [3.3, -1.5, 2.9]]
FAR = torch.tensor(DEVIATIONS, dtype=torch.float64) + 30_000
NEAR = FAR - 30_000


def in_use(answers: Answers, x: Tensor, seed: int, **options: float) -> Handle:
    """Make a layer for x in float64 that has already been trained, so that all of its tensors differ from their initial
    values.
    """
    channels = x.shape[-1]
    norm = build(answers.ex06_batch_norm.BatchNorm1d, channels, **options)
    to_dtype(norm, torch.float64)
    assign(norm, "weight", odd_eighths(channels, seed=seed))
    assign(norm, "bias", tenths(channels, seed=seed + 1))
    assign(norm, "running_mean", tenths(channels, seed=seed + 2))
    assign(norm, "running_var", (tenths(channels, seed=seed + 3).abs() + 0.1).round(decimals=1))
    return norm


def same_running(norm: Handle, expected: oracles.Norm, when: str) -> None:
    """Compare both running statistics."""
    for name in RUNNING:
        same(attribute(norm, name, Tensor), getattr(expected, name), what=f"`{name}` {when}")


@pytest.mark.worth(0.5, "state")
@given(st.integers(1, 5))
@settings(max_examples=5)
def test_parameters_and_buffers(answers: Answers, channels: int) -> None:
    """A new layer has the parameters `weight` (ones) and `bias` (zeros) and the buffers `running_mean` (zeros) and
    `running_var` (ones), all of shape (C,) and all in its `state_dict`.
    """
    norm = build(answers.ex06_batch_norm.BatchNorm1d, channels)
    is_module(norm)
    zeros, ones = torch.zeros(channels), torch.ones(channels)
    for name, values in zip(STATE, (ones, zeros, zeros, ones), strict=True):
        same(attribute(norm, name, Tensor), values, what=f"`{name}` of a new layer")
    told = state(norm)
    parameters = seen(lambda made: sorted(state_of(made).parameters), told)
    same(parameters, ["bias", "weight"], what="the list of its parameters")
    buffers, kept = (seen(lambda made, part=part: list(getattr(state_of(made), part)), told) for part in PARTS)
    for name in RUNNING:
        holds(name in buffers, f"`{name}` is not a buffer", expected=list(RUNNING), got=buffers)
    for name in STATE:
        holds(name in kept, f"`{name}` is not in its state_dict", expected=list(STATE), got=kept)


@pytest.mark.worth(0.5, "training")
def test_four_values_of_one_channel(answers: Answers) -> None:
    """A new layer in training turns the values 2, 4, 4, 6 of a channel into -1.414, 0, 0, 1.414: mean 0, variance 1.
    Adding 30,000 to all values does not change the result.
    """
    x = torch.tensor([[2.0], [4.0], [4.0], [6.0]])
    expected = (x - 4.0) / 2.00001**0.5
    norm = build(answers.ex06_batch_norm.BatchNorm1d, 1)
    same(call(norm, x), expected)
    norm = build(answers.ex06_batch_norm.BatchNorm1d, 3)
    to_dtype(norm, torch.float64)
    near = value(call(norm, NEAR)).detach()
    same(call(norm, FAR), near, what="the result for the same values with 30,000 added to each")


@pytest.mark.worth(0.5, "training")
@given(batches(), EPS, st.sampled_from([1.0, 1e4, 1e-4]), SEEDS)
def test_normalises_by_the_batch(answers: Answers, x: Tensor, eps: float, scale: float, seed: int) -> None:
    """In training each channel is normalised with its mean and its biased variance over every axis but the last, then
    multiplied by `weight`, and `bias` is added.
    """
    rows = (0,) * (x.dim() - 1), (-1,) * (x.dim() - 1)
    x[rows[0]] = x[rows[1]] + 1  # no channel is constant: scaled up, the rounding of its mean would be all there is
    x *= scale
    norm = in_use(answers, x, seed, eps=eps)
    expected = oracles.batch_norm(x, oracles.read_norm(norm), training=True, eps=eps)
    same(call(norm, x), expected)


@pytest.mark.worth(0.25, "running")
def test_first_batch_moves_the_mean(answers: Answers) -> None:
    """After the batch 2, 4, 4, 6 in training, the running mean of a new layer is 0.9 * 0 + 0.1 * 4 = 0.4."""
    norm = build(answers.ex06_batch_norm.BatchNorm1d, 1)
    call(norm, torch.tensor([[2.0], [4.0], [4.0], [6.0]]))
    same(attribute(norm, "running_mean", Tensor), torch.tensor([0.4]), what="`running_mean` after one batch")


@pytest.mark.worth(0.25, "running")
def test_first_batch_moves_the_variance(answers: Answers) -> None:
    """After the batch 2, 4, 4, 6 in training, the running variance of a new layer is 0.9 * 1 + 0.1 * 8 / 3 = 1.1667,
    with the unbiased variance, also if 30,000 is added to all values.
    """
    norm = build(answers.ex06_batch_norm.BatchNorm1d, 1)
    call(norm, torch.tensor([[2.0], [4.0], [4.0], [6.0]]))
    same(attribute(norm, "running_var", Tensor), torch.tensor([0.9 + 0.8 / 3]), what="`running_var` after one batch")
    moved = []
    for x in (NEAR, FAR):
        norm = build(answers.ex06_batch_norm.BatchNorm1d, 3)
        to_dtype(norm, torch.float64)
        call(norm, x)
        moved.append(attribute(norm, "running_var", Tensor))
    same(moved[1], value(moved[0]), what="`running_var` after one batch of the same values with 30,000 added to each")


@pytest.mark.worth(1, "running")
@given(
    st.lists(st.sampled_from([(2,), (4,), (2, 2), (1, 3), (3, 1)]), min_size=1, max_size=3),
    st.integers(1, 3),
    MOMENTA,
    SEEDS,
)
@example([(2,)], 1, 0.25, 0)  # before any momentum of 0, which may be taken for none given
@settings(max_examples=15)
def test_running_statistics_move(
    answers: Answers, steps: list[tuple[int, ...]], channels: int, momentum: float, seed: int
) -> None:
    """Each call in training sets running = (1 - momentum) * running + momentum * batch, for the mean and the unbiased
    variance over batch and time, for any `momentum`.
    """
    batches = [tenths(*sizes, channels, seed=seed + step) for step, sizes in enumerate(steps)]
    norm = in_use(answers, batches[0], seed, momentum=momentum)
    expected = oracles.read_norm(norm)
    for step, x in enumerate(batches, start=1):
        oracles.batch_norm(x, expected, training=True, momentum=momentum)
        call(norm, x)
        same_running(norm, expected, f"after {step} of {len(steps)} training steps")


@pytest.mark.worth(0.5, "evaluation")
@given(batches(), EPS, SEEDS)
def test_evaluation_uses_the_running_statistics(answers: Answers, x: Tensor, eps: float, seed: int) -> None:
    """In evaluation the layer normalises with the running mean and variance instead of the batch's, and does not change
    them.
    """
    norm = in_use(answers, x, seed, eps=eps)
    tensors = oracles.read_norm(norm)
    train(norm, False)
    expected = oracles.batch_norm(x, tensors, training=False, eps=eps)
    same(call(norm, x), expected)
    same_running(norm, tensors, "after a call in evaluation")


@pytest.mark.worth(0.25, "evaluation")
@given(st.sampled_from([(1, 3), (1, 1, 3), (1, 1), (1, 1, 1)]), SEEDS)
@settings(max_examples=6)
def test_one_value_a_channel_in_evaluation(answers: Answers, shape: tuple[int, ...], seed: int) -> None:
    """In evaluation a single row, (1, C) or (1, 1, C), is accepted, because the running statistics are used."""
    x = tenths(*shape, seed=seed)
    norm = in_use(answers, x, seed)
    train(norm, False)
    expected = oracles.batch_norm(x, oracles.read_norm(norm), training=False)
    same(accepted(norm, x), expected)


@pytest.mark.worth(0.5, "training", "evaluation")
@given(batches(), st.none() | EPS, st.booleans(), SEEDS)
@settings(max_examples=10)
def test_eps_stands_inside_the_root(answers: Answers, x: Tensor, eps: float | None, training: bool, seed: int) -> None:
    """The divisor is sqrt(variance + eps), with eps inside the root and 1e-5 by default; a tiny variance shows it."""
    x = x / 1000
    norm = in_use(answers, x, seed, **({} if eps is None else {"eps": eps}))
    assign(norm, "running_var", torch.full((x.shape[-1],), 1e-6, dtype=torch.float64))
    train(norm, training)
    expected = oracles.batch_norm(x, oracles.read_norm(norm), training=training, eps=1e-5 if eps is None else eps)
    same(call(norm, x), expected)


@pytest.mark.worth(0.5, "gradients")
@given(batches(), st.sampled_from([1e-2, 0.1]), st.booleans(), SEEDS)
@settings(max_examples=15)
def test_gradient_of_the_input(answers: Answers, x: Tensor, eps: float, training: bool, seed: int) -> None:
    """The gradient of x equals that of torch's layer; in training it also flows through the batch mean and variance."""
    norm = in_use(answers, x, seed, eps=eps)
    train(norm, training)
    expected = oracles.read_norm(norm)
    ours, theirs = leaf("x", x), x.detach().clone().requires_grad_()
    weights = numbered(*x.shape, dtype=torch.float64)
    (oracles.batch_norm(theirs, expected, training=training, eps=eps) * weights).sum().backward()
    backward(call(norm, ours), weights)
    holds(exists(gradient(ours)), "no gradient reaches the input")
    same(gradient(ours), theirs.grad, what="the gradient of x, where output value i has gradient i", gradient=True)


@pytest.mark.worth(0.5, "gradients")
@given(batches(), st.sampled_from([1e-2, 0.1]), st.booleans(), SEEDS)
@settings(max_examples=10)
def test_gradients_of_weight_and_bias(answers: Answers, x: Tensor, eps: float, training: bool, seed: int) -> None:
    """The gradients of `weight` and `bias` equal those of torch's layer, in training and in evaluation."""
    norm = in_use(answers, x, seed, eps=eps)
    train(norm, training)
    expected = oracles.read_norm(norm)
    weights = numbered(*x.shape, dtype=torch.float64)
    (oracles.batch_norm(x, expected, training=training, eps=eps) * weights).sum().backward()
    backward(call(norm, x), weights, source="the parameters")
    came = {name: gradient(norm, name) for name in ("weight", "bias")}
    missing = [f"`{name}`" for name, found in came.items() if not exists(found)]
    holds(not missing, f"no gradient reaches {' and '.join(missing)}")
    for name, found in came.items():
        what = f"the gradient of `{name}`, where output value i has gradient i"
        same(found, getattr(expected, name).grad, what=what, gradient=True)


@pytest.mark.worth(0.5, "detached")
def test_running_statistics_stay_out_of_autograd(answers: Answers) -> None:
    """The running statistics are updated outside autograd: no gradient flows through them or into old batches."""
    norm = build(answers.ex06_batch_norm.BatchNorm1d, 2)
    for _ in range(2):
        result = call(norm, leaf("x", numbered(2, 3, 2)))
        for name in RUNNING:
            holds(
                not seen(lambda buffer: buffer.requires_grad, attribute(norm, name, Tensor)),
                f"`{name}` must not require gradients",
                expected=f"`{name}` without gradients",
                got=f"`{name}.requires_grad` is True",
            )
        backward(result, torch.ones(2, 3, 2))


@pytest.mark.worth(0.5, "inputs")
@given(st.integers(2, 4), st.integers(1, 3), LAYOUTS, FLOATS)
def test_square_strided_float32_and_float64(
    answers: Answers, channels: int, batch: int, layout: str, dtype: torch.dtype
) -> None:
    """The channels are the last axis even if T == C, the memory layout does not matter, and the result has the input's
    dtype: float32, or float64 after `.double()`.
    """
    x = laid_out(numbered(batch, channels, channels, dtype=dtype) / 4, layout)
    norm = build(answers.ex06_batch_norm.BatchNorm1d, channels)
    if dtype == torch.float64:
        to_dtype(norm, dtype)
    expected = oracles.batch_norm(x, oracles.read_norm(norm), training=True)
    got = call(norm, x)
    same_dtype(got, dtype)
    same(got, expected)


@pytest.mark.worth(0.25, "refuses", kind="errors")
@given(st.sampled_from([(1, 3), (1, 1, 3), (1, 1), (1, 1, 1)]))
@settings(max_examples=6)
def test_refuses_one_value_a_channel_in_training(answers: Answers, shape: tuple[int, ...]) -> None:
    """In training, fewer than two values per channel, (1, C) or (1, 1, C), raise a ValueError, because one value has no
    spread.
    """
    norm = build(answers.ex06_batch_norm.BatchNorm1d, shape[-1])
    accepts(norm, numbered(2, *shape[1:]))
    raises(ValueError, norm, numbered(*shape))


@pytest.mark.worth(0.25, "refuses", kind="errors")
@given(
    st.sampled_from([(4, 3), (3, 4), (3, 1), (1, 3)]),
    st.sampled_from([(6,), (2, 6), (6, 2)]),
    st.sampled_from([True, False]),
)
@settings(max_examples=24)
def test_refuses_another_channel_count(
    answers: Answers, counts: tuple[int, int], sizes: tuple[int, ...], training: bool
) -> None:
    """A channel count that differs from the layer's raises a ValueError whose message includes the count; one channel
    is not broadcast to three.
    """
    features, channels = counts
    norm = build(answers.ex06_batch_norm.BatchNorm1d, features)
    train(norm, training)
    accepts(norm, numbered(*sizes, features))
    raises(ValueError, norm, numbered(*sizes, channels), values=[channels])
    raises(ValueError, norm, numbered(2, features, channels), values=[channels])  # torch's axes are not these


@pytest.mark.worth(0.25, "effects")
@given(batches(), st.booleans())
@settings(max_examples=10)
def test_leaves_everything_as_it_was(answers: Answers, x: Tensor, training: bool) -> None:
    """The argument is not modified, the layer stays in its mode, two layers share nothing, and the global random state
    is not touched. Each call returns a new tensor for the current values of x.
    """
    norm = build(answers.ex06_batch_norm.BatchNorm1d, x.shape[-1])
    to_dtype(norm, torch.float64)
    train(norm, training)
    expected = oracles.batch_norm(x, oracles.read_norm(norm), training=training)
    with leaves_alone(x=x):
        same(call(norm, x), expected)
    same(read(norm, "training"), training, what="`training` after a call")
    train(norm, False)
    kept = value(call(norm, x))
    build(answers.ex06_batch_norm.BatchNorm1d, x.shape[-1], eps=2.0)
    same(call(norm, x), kept.detach(), what="the result after another layer was built")
    train(norm, training)
    first, other = call(norm, x), value(call(norm, x / 2 - 1)).detach()
    kept = value(first).detach()
    same(now(first), kept, what=LATER)
    overwritten(first, "made.data.fill_(9)")
    same(call(norm, x), kept, what=AGAIN)
    given_x = object_of("x", x)
    same(call(norm, given_x), kept)
    do(["x.div_(2).sub_(1)"])
    same(call(norm, given_x), other, what=CHANGED)
