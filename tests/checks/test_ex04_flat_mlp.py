"""Exercise 4: logits and gradients against a sum over the places of the window, with the answer's own weights."""

import math
from typing import Any

import oracles
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import FLOATS, SEEDS, laid_out, tenths, tokens
from torch import Tensor, nn

from grader.checking.answers import Answers
from grader.checking.expect import assign, build, call, holds, leaves_alone, raises, same, same_shape

SIZES = st.tuples(st.integers(2, 6), st.integers(1, 5), st.integers(1, 4), st.integers(1, 4))
Sizes = tuple[int, int, int, int]


def model_of(answers: Answers, sizes: Sizes, dtype: torch.dtype = torch.float64) -> Any:
    """A model of these sizes (vocabulary, context, embedding, hidden)."""
    return build(answers.ex04_flat_mlp.FlatMLP, *sizes).to(dtype)


@pytest.mark.worth(0.5, "layers")
@given(SIZES)
@settings(max_examples=10)
def test_layers(answers: Answers, sizes: Sizes) -> None:
    """A model has the layers `embedding`, `hidden` and `output` of the sizes that the contract gives, with biases in
    the last two, and no other parameters.
    """
    vocab_size, context, embedding_dim, hidden_dim = sizes
    model = build(answers.ex04_flat_mlp.FlatMLP, *sizes)
    holds(isinstance(model, nn.Module), "it is not an nn.Module", expected="an nn.Module", got=type(model).__name__)
    weights = oracles.read_flat(model)
    shapes: list[tuple[int, ...]] = [(vocab_size, embedding_dim), (hidden_dim, context * embedding_dim), (hidden_dim,)]
    shapes += [(vocab_size, hidden_dim), (vocab_size,)]
    for name, tensor, shape in zip(oracles.FLAT_NAMES, weights, shapes, strict=True):
        holds(tensor is not None, f"`{name}` is None", expected=f"shape {shape}", got="None")
        same_shape(tensor, shape, what=f"`{name}`")
    count = sum(parameter.numel() for parameter in model.parameters())
    same(count, sum(math.prod(shape) for shape in shapes), what="the number of parameters")


@pytest.mark.worth(0.5, "logits")
def test_two_letters_by_hand(answers: Answers) -> None:
    """With embeddings of one number, 1 for token 1 and 2 for token 2, and hidden weights 1 for the older and 0.1 for
    the newer token, the window [1, 2] gives tanh(1.2) and [2, 1] gives tanh(2.1).
    """
    model = build(answers.ex04_flat_mlp.FlatMLP, 3, 2, 1, 1)
    made = {"embedding.weight": [[0.0], [1.0], [2.0]], "hidden.weight": [[1.0, 0.1]], "hidden.bias": [0.0]}
    made |= {"output.weight": [[1.0], [2.0], [-1.0]], "output.bias": [0.0, 0.0, 0.5]}
    for name, values in made.items():
        assign(model, name, torch.tensor(values))
    hidden = torch.tensor([[1.2], [2.1]]).tanh()
    expected = torch.cat([hidden, 2 * hidden, 0.5 - hidden], dim=1)
    same(call(model, torch.tensor([[1, 2], [2, 1]])), expected)


@pytest.mark.worth(0.5, "logits")
@given(SIZES, st.integers(2, 4), st.booleans(), SEEDS)
def test_logits(answers: Answers, sizes: Sizes, batch: int, training: bool, seed: int) -> None:
    """The logits are output(tanh(hidden(embeddings))), the embeddings of the window concatenated, the oldest first; in
    training and in evaluation mode.
    """
    model = model_of(answers, sizes)
    model.train(training)
    windows = tokens(batch, sizes[1], sizes[0], seed)
    expected = oracles.flat_mlp(windows, oracles.read_flat(model))
    same(call(model, windows), expected)


@pytest.mark.worth(0.5, "inputs")
@given(SIZES, FLOATS, SEEDS)
@settings(max_examples=10)
def test_batch_of_one_and_dtype(answers: Answers, sizes: Sizes, dtype: torch.dtype, seed: int) -> None:
    """A batch of one gives logits (1, V), float32 by itself and float64 after `.double()`."""
    logits = call(model_of(answers, sizes, dtype), tokens(1, sizes[1], sizes[0], seed))
    same_shape(logits, (1, sizes[0]))
    wanted, came = (str(kind).removeprefix("torch.") for kind in (dtype, logits.dtype))
    holds(came == wanted, f"the logits have dtype {came}, expected {wanted}", expected=wanted, got=came)


@pytest.mark.worth(0.5, "inputs")
@given(
    st.tuples(st.integers(2, 6), st.integers(2, 5), st.integers(2, 4), st.integers(1, 4)),
    st.integers(2, 4),
    st.sampled_from(["transposed", "strided"]),
    SEEDS,
)
@settings(max_examples=15)
def test_non_contiguous_windows(answers: Answers, sizes: Sizes, batch: int, layout: str, seed: int) -> None:
    """Windows whose memory is in another order (a transpose, every second place) give the same logits."""
    model, windows = build(answers.ex04_flat_mlp.FlatMLP, *sizes), tokens(batch, sizes[1], sizes[0], seed)
    expected = oracles.flat_mlp(windows, oracles.read_flat(model))
    same(call(model, laid_out(windows, layout)), expected)


@pytest.mark.worth(0.5, "gradients")
@given(SIZES, st.integers(1, 4), SEEDS)
def test_gradients(answers: Answers, sizes: Sizes, batch: int, seed: int) -> None:
    """Gradients reach every parameter, those of token 0 among them."""
    model, windows = model_of(answers, sizes), tokens(batch, sizes[1], sizes[0], seed)
    windows[0, 0] = 0
    factors = tenths(batch, sizes[0], seed=seed) + 0.05
    weights = oracles.read_flat(model)
    (oracles.flat_mlp(windows, weights) * factors).sum().backward()
    logits = call(model, windows)
    same_shape(logits, tuple(factors.shape))
    holds(logits.requires_grad, "the logits are cut off from the parameters: no gradient flows")
    (logits * factors).sum().backward()
    for name, weight in zip(oracles.FLAT_NAMES, weights, strict=True):
        if weight is None:
            continue
        gradient = model.get_parameter(name).grad
        holds(gradient is not None, f"no gradient reaches `{name}`")
        same(gradient.to_dense(), weight.grad, what=f"the gradient of `{name}`", gradient=True)


@pytest.mark.worth(0.5, "refuses")
@given(st.integers(1, 5), st.integers(1, 12), st.integers(1, 3), SEEDS)
def test_refuses_another_window(answers: Answers, context: int, length: int, windows: int, seed: int) -> None:
    """A window of another length than `context` is a ValueError that names that length, even where the tokens of all
    windows together would fill windows of the right length.
    """
    length += length >= context
    batch = windows * context + (windows * context == length) * context
    model = model_of(answers, (5, context, 2, 3))
    raises(ValueError, model, tokens(batch, length, 5, seed), values=[length])


@pytest.mark.worth(0.5, "effects")
@given(SIZES, st.integers(1, 4), st.booleans(), SEEDS)
@settings(max_examples=15)
def test_leaves_everything_as_it_was(answers: Answers, sizes: Sizes, batch: int, training: bool, seed: int) -> None:
    """The tokens, the weights and the global random state stay as they are, and a second call gives the same logits."""
    model, windows = model_of(answers, sizes), tokens(batch, sizes[1], sizes[0], seed)
    model.train(training)
    before = {name: value.detach().clone() for name, value in model.named_parameters()}
    with leaves_alone(answers, tokens=windows):
        first: Tensor = call(model, windows)
        kept = first.detach().clone()
    for name, value in model.named_parameters():
        same(value, before[name], what=f"`{name}` after a forward pass")
    same(call(model, windows), kept, what="the result of a second call")
