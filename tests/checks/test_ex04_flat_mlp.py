"""Exercise 4: logits and gradients compared with a sum over the places of the window, with the answer's own weights."""

import math

import oracles
import pytest
import torch
from callers import AGAIN, CHANGED, LATER, halved, object_of, overwritten
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import FLOATS, SEEDS, laid_out, tenths, tokens

from grader.language import (
    Answers,
    Handle,
    accepts,
    assign,
    backward,
    build,
    call,
    do,
    exists,
    gradient,
    holds,
    is_module,
    leaves_alone,
    now,
    raises,
    read,
    same,
    same_shape,
    seen,
    state,
    state_of,
    to_dtype,
    train,
    value,
)

SIZES = st.tuples(st.integers(2, 6), st.integers(1, 5), st.integers(1, 4), st.integers(1, 4))
Sizes = tuple[int, int, int, int]


def model_of(
    answers: Answers, sizes: Sizes, seed: int, *, dtype: torch.dtype = torch.float64, scale: float = 1
) -> Handle:
    """A model of these sizes (vocabulary, context, embedding, hidden) with weights drawn by name.

    Not the initial ones: those depend on the order in which an answer makes its layers. `scale` multiplies those of the
    output.
    """
    model = build(answers.ex04_flat_mlp.FlatMLP, *sizes)
    if dtype == torch.float64:
        to_dtype(model, dtype)
    oracles.read_flat(model)
    do(["for _, p in sorted(model.named_parameters()): nn.init.uniform_(p, -1, 1)"], seed=seed, fills=model)
    if scale != 1:
        do([f"for p in model.output.parameters(): p.data.mul_({scale:g})"])
    return model


@pytest.mark.worth(0.5, "layers")
@given(SIZES)
@settings(max_examples=10)
def test_layers(answers: Answers, sizes: Sizes) -> None:
    """The model has the layers `embedding`, `hidden` and `output` with the sizes of the contract, biases in the last
    two, and no other parameters.
    """
    vocab_size, context, embedding_dim, hidden_dim = sizes
    model = build(answers.ex04_flat_mlp.FlatMLP, *sizes)
    is_module(model)
    weights = oracles.read_flat(model)
    shapes: list[tuple[int, ...]] = [(vocab_size, embedding_dim), (hidden_dim, context * embedding_dim), (hidden_dim,)]
    shapes += [(vocab_size, hidden_dim), (vocab_size,)]
    for name, tensor, shape in zip(oracles.FLAT_NAMES, weights, shapes, strict=True):
        holds(tensor is not None, f"`{name}` is None", expected=f"shape {shape}", got="None")
        same_shape(tensor, shape, what=f"`{name}`")
    count = seen(lambda told: sum(tensor.numel() for tensor in state_of(told).parameters.values()), state(model))
    same(count, sum(math.prod(shape) for shape in shapes), what="the number of parameters")


@pytest.mark.worth(0.6, "logits")
def test_two_letters_by_hand(answers: Answers) -> None:
    """With embeddings 0.5, -1 for token 1 and 1.5, 2 for token 2, and layers that pass on each number unchanged, the
    window [1, 2] gives tanh of 0.5, -1, 1.5, 2, and [2, 1] gives tanh of 1.5, 2, 0.5, -1.
    """
    model = build(answers.ex04_flat_mlp.FlatMLP, 4, 2, 2, 4)
    made = {"embedding.weight": torch.tensor([[0.0, 0.0], [0.5, -1.0], [1.5, 2.0], [3.0, 3.0]])}
    made |= {f"{layer}.weight": torch.eye(4) for layer in ("hidden", "output")}
    made |= {f"{layer}.bias": torch.zeros(4) for layer in ("hidden", "output")}
    for name, values in made.items():
        assign(model, name, values)
    expected = torch.tensor([[0.5, -1.0, 1.5, 2.0], [1.5, 2.0, 0.5, -1.0]]).tanh()
    same(call(model, torch.tensor([[1, 2], [2, 1]])), expected)


@pytest.mark.worth(0.5, "logits")
@given(SIZES, st.integers(2, 4), st.booleans(), st.sampled_from([1.0, 1e4]), SEEDS)
def test_logits(answers: Answers, sizes: Sizes, batch: int, training: bool, scale: float, seed: int) -> None:
    """The logits are output(tanh(hidden(embeddings))) with the embeddings of the window concatenated, the oldest first,
    in training and in evaluation mode, for small and large models.
    """
    model = model_of(answers, sizes, seed, scale=scale)
    train(model, training)
    windows = tokens(batch, sizes[1], sizes[0], seed)
    expected = oracles.flat_mlp(windows, oracles.read_flat(model))
    same(call(model, windows), expected)


@pytest.mark.worth(0.5, "inputs")
@given(SIZES, FLOATS, SEEDS)
@settings(max_examples=10)
def test_batch_of_one_and_dtype(answers: Answers, sizes: Sizes, dtype: torch.dtype, seed: int) -> None:
    """A batch of one gives logits (1, V), in float32 by default and in float64 after `.double()`."""
    model = build(answers.ex04_flat_mlp.FlatMLP, *sizes)
    if dtype == torch.float64:
        to_dtype(model, dtype)
    logits = call(model, tokens(1, sizes[1], sizes[0], seed))
    same_shape(logits, (1, sizes[0]))
    wanted, came = (str(kind).removeprefix("torch.") for kind in (dtype, seen(lambda made: made.dtype, logits)))
    holds(came == wanted, f"the logits have dtype {came}, expected {wanted}", expected=wanted, got=came)


@pytest.mark.worth(0.5, "inputs")
@given(
    st.tuples(st.integers(2, 6), st.integers(2, 5), st.integers(2, 4), st.integers(1, 4)),
    st.integers(2, 4),
    st.sampled_from(["strided", "transposed"]),
    SEEDS,
)
@settings(max_examples=15)
def test_non_contiguous_windows(answers: Answers, sizes: Sizes, batch: int, layout: str, seed: int) -> None:
    """Non-contiguous windows (a transpose, every second place) give the same logits."""
    model = model_of(answers, sizes, seed, dtype=torch.float32)
    windows = tokens(batch, sizes[1], sizes[0], seed)
    expected = oracles.flat_mlp(windows, oracles.read_flat(model))
    same(call(model, laid_out(windows, layout)), expected)


@pytest.mark.worth(0.5, "gradients")
@given(SIZES, st.integers(1, 4), SEEDS, st.booleans())
@example((2, 2, 1, 1), 1, 0, True)  # the window [0, 1]: it shows whose row lacks a gradient
@example((2, 2, 1, 1), 1, 0, False)
def test_gradients(answers: Answers, sizes: Sizes, batch: int, seed: int, training: bool) -> None:
    """Gradients reach every parameter, including the embedding of token 0, in training and in evaluation mode."""
    model, windows = model_of(answers, sizes, seed), tokens(batch, sizes[1], sizes[0], seed)
    train(model, training)
    windows[0, 0] = 0
    factors = tenths(batch, sizes[0], seed=seed) + 0.05
    weights = oracles.read_flat(model)
    (oracles.flat_mlp(windows, weights) * factors).sum().backward()
    logits = call(model, windows)
    backward(logits, factors, source="the parameters")
    wanted = {name: w.grad for name, w in zip(oracles.FLAT_NAMES, weights, strict=True) if w is not None}
    came = {name: gradient(model, name) for name in wanted}
    missing = [f"`{name}`" for name, found in came.items() if not exists(found)]
    holds(not missing, f"no gradient reaches {', '.join(missing)}")
    for name, found in came.items():
        same(found, wanted[name], what=f"the gradient of `{name}`", gradient=True)


@pytest.mark.worth(0.4, "refuses", kind="errors")
@given(st.integers(1, 5), st.integers(1, 12), st.integers(1, 3), SEEDS)
def test_refuses_another_window(answers: Answers, context: int, length: int, windows: int, seed: int) -> None:
    """A window of a different length than `context` raises a ValueError whose message includes that length, even if the
    tokens of all windows together would fill windows of the right length.
    """
    length += length >= context
    batch = windows * context + (windows * context == length) * context
    model = build(answers.ex04_flat_mlp.FlatMLP, 5, context, 2, 3)
    # any weights show it; with these, what comes back instead of an error is no matter of luck
    do(["for p in model.parameters(): p.data.fill_(0.5)"], fills=model)
    accepts(model, tokens(batch, context, 5, seed))
    raises(ValueError, model, tokens(batch, length, 5, seed), values=[length])


@pytest.mark.worth(0.5, "effects")
@given(SIZES, st.integers(1, 4), st.booleans(), SEEDS)
@settings(max_examples=6)
def test_leaves_everything_as_it_was(answers: Answers, sizes: Sizes, batch: int, training: bool, seed: int) -> None:
    """The tokens, the weights, the mode and the global random state do not change. Each call returns a new tensor with
    the logits of the current tokens and weights.
    """
    model, windows = model_of(answers, sizes, seed), tokens(batch, sizes[1], sizes[0], seed)
    train(model, training)
    weights = oracles.read_flat(model)
    with leaves_alone(tokens=windows):
        first = call(model, windows)
    same(first, oracles.flat_mlp(windows, weights))
    same(read(model, "training"), training, what="`training` after a call")
    for name, before in zip(oracles.FLAT_NAMES, weights, strict=True):
        same(read(model, name), before, what=f"`{name}` after a forward pass")
    same(call(model, windows), value(first), what="the result of a second call")
    others = (windows + 1) % sizes[0]
    same(call(model, others), oracles.flat_mlp(others, weights))
    same(now(first), oracles.flat_mlp(windows, weights), what=LATER)
    overwritten(first, "made.data.fill_(9)")
    same(call(model, windows), oracles.flat_mlp(windows, weights), what=AGAIN)
    given_windows = object_of("tokens", windows)
    same(call(model, given_windows), oracles.flat_mlp(windows, weights))
    do([f"tokens.add_(1).remainder_({sizes[0]})"])
    same(call(model, given_windows), oracles.flat_mlp(others, weights), what=CHANGED)
    halved(model)
    halves = oracles.flat_mlp(others, oracles.read_flat(model))
    same(call(model, given_windows), halves, what="the result after the weights were halved")
