"""Exercise 7: one level compared with torch's convolution, normalisation and tanh, using the answer's own weights."""

import oracles
import pytest
import torch
from callers import LATER, keeps_no_result
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import FLOATS, LAYOUTS, SEEDS, Grouped, grouped, laid_out, numbered, odd_eighths, quarters
from torch import Tensor, nn

from grader.language import (
    RESULT,
    Answers,
    Handle,
    accepts,
    assign,
    attribute,
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
    part,
    raises,
    read,
    same,
    same_dtype,
    same_shape,
    seeded,
    seen,
    state,
    state_of,
    to_dtype,
    train,
    value,
)

OUT = st.integers(1, 4)
# Far from 1 in both directions: variances far below eps, and sums of which exp() is infinite.
ILL_SCALED = st.sampled_from([1.0, 0.001, 100.0])
# Dense: an answer that takes no other layout fails the check about that, not each check of values.
DENSE = st.just("dense")
INPUTS = grouped(layouts=DENSE, scales=ILL_SCALED)
BATCHES = grouped(layouts=DENSE, scales=ILL_SCALED, least_batch=2)


def plain(answers: Answers, drawn: Grouped, out: int, seed: int) -> Handle:
    """Make a fusion for x in float64, without normalisation, whose weights do not depend on the answer's
    initialisation.
    """
    channels = drawn.x.shape[-1]
    fusion = build(answers.ex07_fusion.Fusion, channels, out, drawn.group, normalize=False)
    to_dtype(fusion, torch.float64)
    assign(fusion, "linear.weight", odd_eighths(out, drawn.group * channels, seed=seed))
    if exists(attribute(fusion, "linear.bias")):  # whether it is there is for another check to say
        assign(fusion, "linear.bias", quarters(out, seed=seed + 1))
    return fusion


def normalised(answers: Answers, drawn: Grouped, out: int, seed: int) -> Handle:
    """Make a fusion for x in float64 whose norm has already been trained."""
    channels = drawn.x.shape[-1]
    fusion = build(answers.ex07_fusion.Fusion, channels, out, group=drawn.group)
    to_dtype(fusion, torch.float64)
    holds(exists(attribute(fusion, "norm")), "`norm` is None", expected="exercise 6's BatchNorm1d", got="None")
    assign(fusion, "linear.weight", odd_eighths(out, drawn.group * channels, seed=seed))
    assign(fusion, "norm.weight", odd_eighths(out, seed=seed + 1))
    assign(fusion, "norm.bias", quarters(out, seed=seed + 2))
    assign(fusion, "norm.running_mean", quarters(out, seed=seed + 3))
    assign(fusion, "norm.running_var", odd_eighths(out, seed=seed + 4).abs())
    return fusion


def same_gradients(fusion: Handle, x: Tensor, level: oracles.Level, *, training: bool) -> None:
    """Send the same gradient back through both results, and compare what reaches the input and each parameter."""
    ours, theirs = leaf("x", x), x.detach().clone().requires_grad_()
    got = call(fusion, ours)
    expected = oracles.fusion(theirs, level, training=training)
    weights = numbered(*expected.shape, dtype=torch.float64)
    (expected * weights).sum().backward()
    backward(got, weights, source="input and parameters")
    pairs: list[tuple[str, Tensor]] = [("linear.weight", level.weight)]
    if level.bias is not None:
        pairs += [("linear.bias", level.bias)]
    if level.norm is not None:
        pairs += [("norm.weight", level.norm.weight), ("norm.bias", level.norm.bias)]
    found = [("x", gradient(ours), theirs), *((name, gradient(fusion, name), other) for name, other in pairs)]
    for name, one, other in found:
        holds(exists(one), f"no gradient reaches `{name}`")
        same(one, other.grad, what=f"the gradient of `{name}`, where output value i has gradient i", gradient=True)


@pytest.mark.worth(1, "layers")
@given(grouped(dtypes=st.just(torch.float32)), OUT, st.booleans())
@settings(max_examples=6)
def test_flatten_and_linear(answers: Answers, drawn: Grouped, out: int, normalize: bool) -> None:
    """`flatten` is exercise 5's layer for `group` neighbours, and `linear` is an `nn.Linear` from group * in_features
    to out_features.
    """
    channels = drawn.x.shape[-1]
    fusion = build(answers.ex07_fusion.Fusion, channels, out, drawn.group, normalize)
    is_module(fusion)
    attribute(fusion, "linear", nn.Linear)
    same_shape(attribute(fusion, "linear.weight"), (out, drawn.group * channels), what="`linear.weight`")
    attribute(fusion, "flatten")
    flatten = part(fusion, "flatten", "flatten")
    same(call(flatten, drawn.x), oracles.flatten_consecutive(drawn.x, drawn.group), what="the result of `flatten`")


@pytest.mark.worth(0.5, "layers")
@given(st.integers(2, 3), st.integers(2, 4), LAYOUTS)
@settings(max_examples=6)
def test_norm_is_that_of_exercise_6(answers: Answers, batch: int, out: int, layout: str) -> None:
    """`norm` is exercise 6's `BatchNorm1d` for out_features channels, which come last; by default, a fusion joins two
    neighbours and normalises. With normalize=False, `norm` is None.
    """
    fusion = build(answers.ex07_fusion.Fusion, 3, out)
    to_dtype(fusion, torch.float64)
    x = laid_out(numbered(batch, out, out, dtype=torch.float64) / 4, layout)
    holds(exists(attribute(fusion, "norm")), "`norm` is None", expected="exercise 6's BatchNorm1d", got="None")
    norm = part(fusion, "norm", "norm")
    tensors = oracles.read_norm(norm)
    same(call(norm, x), oracles.batch_norm(x, tensors, training=True), what="the result of `norm`")
    same_shape(call(fusion, numbered(batch, 4, 3, dtype=torch.float64)), (batch, 2, out))
    without = build(answers.ex07_fusion.Fusion, 3, out, normalize=False)
    same(attribute(without, "norm"), None, what="`norm` with normalize=False")


@pytest.mark.worth(1, "bias")
@given(st.integers(1, 3), OUT, st.integers(1, 4))
@settings(max_examples=5)
def test_bias_only_where_nothing_normalises(answers: Answers, channels: int, out: int, group: int) -> None:
    """`linear` has a bias if and only if no norm comes after it: a norm cancels any bias in front of it."""
    has = {}
    for normalize in (True, False):
        fusion = build(answers.ex07_fusion.Fusion, channels, out, group, normalize=normalize)
        attribute(fusion, "linear", nn.Linear)
        bias = attribute(fusion, "linear.bias")
        has[normalize] = exists(bias)
        if has[normalize]:
            same_shape(bias, (out,), what=f"`linear.bias` with normalize={normalize}")
    wrong = [
        *["in front of the norm, `linear` has a bias"] * has[True],
        *["with normalize=False, `linear` has no bias"] * (not has[False]),
    ]
    words = "normalize=True: {}\nnormalize=False: {}"
    came = words.format(*("a bias" if has[normalize] else "no bias" for normalize in (True, False)))
    holds(not wrong, " and ".join(wrong), expected=words.format("no bias", "a bias"), got=came)


@pytest.mark.worth(1, "plain")
def test_two_pairs_by_hand(answers: Answers) -> None:
    """With the weights 0.5 (older) and 0.25 (newer), no bias and no norm, 1, 2, 3, -1 becomes tanh(1), tanh(1.25)."""
    fusion = build(answers.ex07_fusion.Fusion, 1, 1, normalize=False)
    to_dtype(fusion, torch.float64)
    assign(fusion, "linear.weight", torch.tensor([[0.5, 0.25]], dtype=torch.float64))
    if exists(attribute(fusion, "linear.bias")):
        assign(fusion, "linear.bias", torch.tensor([0.0], dtype=torch.float64))
    x = torch.tensor([[[1.0], [2.0], [3.0], [-1.0]]], dtype=torch.float64)
    same(call(fusion, x), torch.tensor([[[1.0], [1.25]]], dtype=torch.float64).tanh())


@pytest.mark.worth(2, "plain")
@given(INPUTS, OUT, SEEDS, st.sampled_from([True, False]))
@settings(max_examples=8)
def test_without_norm_it_is_a_convolution(
    answers: Answers, drawn: Grouped, out: int, seed: int, training: bool
) -> None:
    """Without a norm the layer equals tanh of torch's `conv1d` with kernel = stride = group, where kernel[o, c, k] is
    `linear.weight[o, k * C + c]`, in training and in evaluation.
    """
    fusion = plain(answers, drawn, out, seed)
    train(fusion, training)
    level = oracles.read_level(fusion, drawn.group, normalize=False)
    expected = oracles.fusion(drawn.x, level, training=True)
    same(call(fusion, drawn.x), expected)


@pytest.mark.worth(2, "normalised")
@given(BATCHES, OUT, SEEDS)
@settings(max_examples=8)
def test_normalises_in_training(answers: Answers, drawn: Grouped, out: int, seed: int) -> None:
    """In training the result is tanh(norm(linear(flatten(x)))) with the statistics of the batch, before tanh."""
    fusion = normalised(answers, drawn, out, seed)
    level = oracles.read_level(fusion, drawn.group)
    alone = torch.cat([drawn.x[:1], 2 * drawn.x[:1] + 1], dim=1)
    for x, what in ((drawn.x, RESULT), (alone, "the result of a batch of one, of several groups")):
        expected = oracles.fusion(x, level, training=True)
        same(call(fusion, x), expected, what=what)
    still_training = seen(lambda told: all(state_of(told).modes.values()), state(fusion))
    holds(still_training, "a forward pass has changed the mode of the layer or of its norm")


@pytest.mark.worth(1, "normalised")
@given(INPUTS, OUT, SEEDS)
@settings(max_examples=8)
def test_normalises_in_evaluation(answers: Answers, drawn: Grouped, out: int, seed: int) -> None:
    """In evaluation the result is tanh(norm(linear(flatten(x)))) with the running statistics of the norm."""
    fusion = normalised(answers, drawn, out, seed)
    train(fusion, False)
    expected = oracles.fusion(drawn.x, oracles.read_level(fusion, drawn.group), training=False)
    same(call(fusion, drawn.x), expected)


@pytest.mark.worth(1, "shape")
@given(st.integers(1, 5), st.integers(1, 3), st.integers(1, 3), OUT, st.booleans())
@settings(max_examples=8)
def test_shape(answers: Answers, group: int, groups: int, batch: int, out: int, normalize: bool) -> None:
    """Input (B, T, in) becomes (B, T // group, out), or (B, out) if one group remains."""
    fusion = build(answers.ex07_fusion.Fusion, 2, out, group, normalize=normalize)
    train(fusion, False)
    shape = (batch, groups, out) if groups > 1 else (batch, out)
    same_shape(call(fusion, numbered(batch, groups * group, 2)), shape)


@pytest.mark.worth(1, "running")
@given(BATCHES, OUT, SEEDS)
@example(Grouped(quarters(2, 4, 1, seed=0), 2), 1, 0)  # two groups: a norm used where one is left fails here
@settings(max_examples=5)
def test_running_statistics(answers: Answers, drawn: Grouped, out: int, seed: int) -> None:
    """Each call in training updates the norm's running statistics once; a call in evaluation does not change them."""
    fusion = normalised(answers, drawn, out, seed)
    level = oracles.read_level(fusion, drawn.group)
    assert level.norm is not None
    for step, mode in enumerate(["training", "training", "evaluation"], start=1):
        train(fusion, mode == "training")
        oracles.fusion(drawn.x, level, training=mode == "training")
        call(fusion, drawn.x.clone())
        for name in ("running_mean", "running_var"):
            got = attribute(fusion, f"norm.{name}", Tensor)
            same(got, getattr(level.norm, name), what=f"`norm.{name}` after call {step}, in {mode}")


@pytest.mark.worth(1, "gradients")
@given(grouped(layouts=DENSE, scales=st.just(1.0)), OUT, SEEDS, st.sampled_from([True, False]))
@settings(max_examples=6)
def test_gradients_without_norm(answers: Answers, drawn: Grouped, out: int, seed: int, training: bool) -> None:
    """Without a norm the gradients of x, `linear.weight` and `linear.bias` equal those of the convolution, in training
    and in evaluation.
    """
    fusion = plain(answers, drawn, out, seed)
    train(fusion, training)
    level = oracles.read_level(fusion, drawn.group, normalize=False)
    same_gradients(fusion, drawn.x, level, training=training)


@pytest.mark.worth(1, "gradients")
@given(grouped(layouts=DENSE, scales=st.just(1.0), least_batch=3), OUT, SEEDS, st.sampled_from([True, False]))
@settings(max_examples=8)
def test_gradients_with_norm(answers: Answers, drawn: Grouped, out: int, seed: int, training: bool) -> None:
    """With norm the gradients of x, `linear.weight`, `norm.weight` and `norm.bias` are right, in training and in
    evaluation mode.
    """
    fusion = normalised(answers, drawn, out, seed)
    train(fusion, training)
    level = oracles.read_level(fusion, drawn.group)
    same_gradients(fusion, drawn.x, level, training=training)


@pytest.mark.worth(0.5, "inputs")
@given(st.integers(2, 3), st.integers(1, 2), OUT, st.booleans(), SEEDS)
@settings(max_examples=6)
def test_batch_of_one(answers: Answers, group: int, groups: int, out: int, normalize: bool, seed: int) -> None:
    """A batch of one keeps its batch axis; in evaluation or without a norm its values equal those in a larger batch."""
    drawn = Grouped(quarters(2, groups * group, 2, seed=seed), group)
    fusion = (normalised if normalize else plain)(answers, drawn, out, seed)
    shape = (1, groups, out) if groups > 1 else (1, out)
    if groups > 1:  # with one group left, a norm in training has one value a channel, and refuses it
        same_shape(call(fusion, drawn.x[:1].clone()), shape)
    train(fusion, False)
    alone = call(fusion, drawn.x[:1].clone())
    same_shape(alone, shape)
    same(
        alone,
        seen(lambda both: both[:1], call(fusion, drawn.x)),
        what="the result of a single sequence, compared with a batch of two",
    )


@pytest.mark.worth(0.5, "inputs")
@given(LAYOUTS, FLOATS, st.booleans(), st.booleans())
@settings(max_examples=12)
def test_strides_and_dtypes(answers: Answers, layout: str, dtype: torch.dtype, normalize: bool, training: bool) -> None:
    """Non-contiguous input works, and the result has the input's dtype: float64 after `.double()`."""
    dense = numbered(3, 6, 3, dtype=dtype) / 64
    fusion = build(answers.ex07_fusion.Fusion, 3, 2, 3, normalize=normalize)
    if dtype == torch.float64:
        to_dtype(fusion, dtype)
    train(fusion, training)
    with seeded(0):  # an answer that draws at each call fails the check about that
        got = call(fusion, laid_out(dense.clone(), layout))
    same_dtype(got, dtype)
    if dtype == torch.float64:
        with seeded(0):
            usual = call(fusion, dense.clone())
        same(got, value(usual), what="the result in this memory layout, compared with a contiguous input")


@pytest.mark.worth(0.25, "refuses", kind="errors")
@given(st.integers(2, 5), st.integers(0, 2), st.booleans(), st.integers(0, 3))
@settings(max_examples=10)
def test_refuses_a_remainder(answers: Answers, group: int, groups: int, normalize: bool, more: int) -> None:
    """A T that is not a multiple of `group` raises a ValueError whose message includes T: no character is silently
    dropped.
    """
    time = groups * group + 1 + more % (group - 1)
    fusion = build(answers.ex07_fusion.Fusion, 2, 3, group, normalize=normalize)
    accepts(fusion, numbered(16, (groups + 1) * group, 2))
    raises(ValueError, fusion, numbered(16, time, 2), values=[time])


@pytest.mark.worth(0.25, "refuses", kind="errors")
@given(st.sampled_from([(4,), (2, 4), (4, 4), (3, 4, 2, 2), (3, 2, 4, 2)]), st.booleans())
@settings(max_examples=8)
def test_refuses_another_rank(answers: Answers, shape: tuple[int, ...], normalize: bool) -> None:
    """An x that is not 3-D raises a ValueError."""
    fusion = build(answers.ex07_fusion.Fusion, 2, 3, 2, normalize=normalize)
    train(fusion, False)
    accepts(fusion, numbered(3, 4, 2))
    raises(ValueError, fusion, numbered(*shape))


@pytest.mark.worth(0.5, "refuses", kind="errors")
@given(st.integers(-3, 0), st.booleans())
@settings(max_examples=6)
def test_refuses_a_group_below_one(answers: Answers, group: int, normalize: bool) -> None:
    """A group below 1 raises a ValueError when the layer is built; the message includes `group` and its value."""
    accepts(answers.ex07_fusion.Fusion, 5, 6, 2, normalize)
    raises(ValueError, answers.ex07_fusion.Fusion, 5, 6, group, normalize, naming=["group"], values=[group])


@pytest.mark.worth(0.5, "effects")
@given(BATCHES, st.booleans())
@settings(max_examples=6)
def test_leaves_everything_as_it_was(answers: Answers, drawn: Grouped, normalize: bool) -> None:
    """The argument is not modified, the layer stays in its mode, two layers share nothing, and a forward pass does not
    touch the global random state. Each call returns a new tensor for the current values of x.
    """
    fusion = build(answers.ex07_fusion.Fusion, drawn.x.shape[-1], 2, drawn.group, normalize)
    to_dtype(fusion, torch.float64)
    for training in (True, False):
        train(fusion, training)
        level = oracles.read_level(fusion, drawn.group)
        with leaves_alone(x=drawn.x):
            same(call(fusion, drawn.x), oracles.fusion(drawn.x, level, training=training))
        same(read(fusion, "training"), training, what="`training` after a call")
    kept = value(call(fusion, drawn.x)).detach()
    to_dtype(build(answers.ex07_fusion.Fusion, drawn.x.shape[-1], 3, drawn.group, normalize), torch.float64)
    same(call(fusion, drawn.x), kept, what="the result after another layer was built")
    build(answers.ex07_fusion.Fusion, drawn.x.shape[-1], 2, drawn.group + 1, normalize)
    same(call(fusion, drawn.x), kept, what="the result after a layer for another group was built")
    other = oracles.fusion(-drawn.x, oracles.read_level(fusion, drawn.group), training=False)
    first = call(fusion, drawn.x)
    same(call(fusion, -drawn.x), other)
    same(now(first), kept, what=LATER)
    keeps_no_result(fusion, first, drawn.x, kept, other)
