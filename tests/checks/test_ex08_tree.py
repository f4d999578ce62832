"""Exercise 8: the tree compared with convolutions over the answer's weights, and which characters each node sees."""

import math
from typing import Any

import oracles
import pytest
import torch
from callers import AGAIN, CHANGED, LATER, halved, object_of, overwritten
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import LAYOUTS, SEEDS, Window, laid_out, numbered, tenths, tokens, windows
from torch import Tensor, nn

from grader.language import (
    Answers,
    Handle,
    Mismatch,
    accepts,
    assign,
    attribute,
    backward,
    build,
    call,
    common_slip,
    do,
    exists,
    gradient,
    holds,
    is_module,
    item,
    leaves_alone,
    looked,
    named,
    now,
    of_kind,
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

SHAPES = st.sampled_from([(2, 1), (2, 2), (2, 3), (2, 4), (3, 1), (3, 2), (3, 3), (4, 2), (4, 3), (5, 1)])
SMALL_SHAPES = st.sampled_from([(2, 2), (2, 3), (3, 2), (4, 2), (3, 1)])
SIZES = st.integers(1, 4)


def grown(answers: Answers, window: Window, *, normalize: bool = True) -> Handle:
    """Make a tree for these windows in float64."""
    tree = build(answers.ex08_tree.FusionTree, *window.sizes, normalize=normalize)
    fill(tree)
    to_dtype(tree, torch.float64)
    return tree


def fill(tree: Handle) -> None:
    """Set all weights at random, by name, so that they do not depend on the order of the answer's initialisation."""
    drawing = f"for _, p in sorted({named(tree)}.named_parameters()): nn.init.uniform_(p, -1, 1)"
    do([drawing], seed=0, fills=tree)


def outputs_of(tree: Handle, windows: Tensor, depth: int) -> Handle:
    """Call `level_outputs`, and expect the embedding and one tensor per level; another check looks at the type of the
    container.
    """
    got = call(tree, windows, method="level_outputs")

    def are_several(made: Any) -> None:
        several = isinstance(made, list | tuple)
        holds(several, f"the result is not a list{common_slip(made)}", expected="a list", got=type(made).__name__)
        same(len(made), depth + 1, what="the number of tensors, one of the embedding and one of each level")

    looked(got, are_several)
    return got


def same_outputs(tree: Handle, window: Window, reference: oracles.Tree, *, training: bool) -> None:
    """Compare the embedding and each level's output with the oracle's."""
    train(tree, training)
    expected, _ = oracles.tree(window.tokens, reference, training=training)
    got = outputs_of(tree, window.tokens, len(expected) - 1)
    for level, values in enumerate(expected):
        same(item(got, level), values, what=f"the output of level {level}" if level else "the embedding")


def same_running(tree: Handle, expected: oracles.Tree, when: str) -> None:
    """Compare the running statistics of every level with the oracle's."""
    for number, wanted in enumerate(expected.levels):
        for name in ("running_mean", "running_var") if wanted.norm else ():
            what = f"`levels[{number}].norm.{name}` {when}"
            same(attribute(tree, f"levels.{number}.norm.{name}", Tensor), getattr(wanted.norm, name), what=what)


def same_logits(tree: Handle, window: Window, *, training: bool) -> None:
    """Compare the logits with the oracle's."""
    train(tree, training)
    reference = oracles.read_tree(tree, window.group)
    _, expected = oracles.tree(window.tokens, reference, training=training)
    same(call(tree, window.tokens), expected, what="the logits")
    same_running(tree, reference, f"after one call in {'training' if training else 'evaluation'}")


def count_of(tree: Handle) -> int:
    """Count the numbers in the parameters."""
    count = seen(lambda told: sum(tensor.numel() for tensor in state_of(told).parameters.values()), state(tree))
    return int(count)


@pytest.mark.worth(1, "layers")
@given(SHAPES, st.integers(3, 6), SIZES, SIZES, st.booleans())
@settings(max_examples=6)
def test_layers(
    answers: Answers, shape: tuple[int, int], vocab_size: int, embedding_dim: int, hidden_dim: int, normalize: bool
) -> None:
    """A tree has the attributes `context`, `group`, `embedding`, `levels` (one `Fusion` per level in an
    `nn.ModuleList`) and `output`; only the first level reads embeddings.
    """
    group, depth = shape
    context = group**depth
    tree = build(answers.ex08_tree.FusionTree, vocab_size, context, embedding_dim, hidden_dim, group, normalize)
    is_module(tree)
    same(attribute(tree, "context"), context, what="`context`")
    same(attribute(tree, "group"), group, what="`group`")
    attribute(tree, "embedding", nn.Embedding)
    same_shape(attribute(tree, "embedding.weight"), (vocab_size, embedding_dim), what="`embedding.weight`")
    levels = attribute(tree, "levels", nn.ModuleList)
    same(
        seen(lambda held: held.length, levels),
        depth,
        what=f"the number of levels for context {context} and group {group}",
    )
    for number in range(depth):
        level, channels = f"levels.{number}", hidden_dim if number else embedding_dim
        attribute(tree, f"{level}.linear", nn.Linear)
        weight = attribute(tree, f"{level}.linear.weight")
        same_shape(weight, (hidden_dim, group * channels), what=f"`levels[{number}].linear.weight`")
        attribute(tree, f"{level}.flatten")
        without = not exists(attribute(tree, f"{level}.norm"))
        same(without, not normalize, what=f"whether `levels[{number}].norm` is None, with normalize={normalize}")
    attribute(tree, "output", nn.Linear)
    same_shape(attribute(tree, "output.weight"), (vocab_size, hidden_dim), what="`output.weight`")
    holds(exists(attribute(tree, "output.bias")), "`output` has no bias", expected="a bias", got="None")


@pytest.mark.worth(1, "size")
def test_size_of_the_published_tree(answers: Answers) -> None:
    """FusionTree(27, 8, 24, 128) has 76,579 parameters: every level has its own, and torch finds them all."""
    tree = build(answers.ex08_tree.FusionTree, 27, 8, 24, 128)
    same(count_of(tree), 76_579, what="the number of parameters")


@pytest.mark.worth(0.5, "size", "normalize")
@given(SHAPES, st.integers(3, 6), SIZES, SIZES, st.booleans())
@settings(max_examples=6)
def test_size_of_any_tree(
    answers: Answers, shape: tuple[int, int], vocab_size: int, embedding_dim: int, hidden_dim: int, normalize: bool
) -> None:
    """Each level adds group * (its input channels) * hidden_dim weights, plus two numbers per hidden channel if it
    normalises, or one if it does not (normalize=False).
    """
    group, depth = shape
    tree = build(
        answers.ex08_tree.FusionTree, vocab_size, group**depth, embedding_dim, hidden_dim, group, normalize=normalize
    )
    weights = group * hidden_dim * (embedding_dim + (depth - 1) * hidden_dim)
    ends = vocab_size * embedding_dim + (hidden_dim + 1) * vocab_size
    expected = ends + weights + depth * hidden_dim * (2 if normalize else 1)
    same(count_of(tree), expected, what="the number of parameters")


@pytest.mark.worth(1, "humble")
@given(st.sampled_from([64, 16, 100]), st.sampled_from([80, 120]))  # with 16, a normal 0.1 is taken for ten times too
@settings(max_examples=3)
def test_output_starts_humble(answers: Answers, hidden_dim: int, vocab_size: int) -> None:
    """The initial weight of `output` is a tenth of what `nn.Linear` draws: within 0.1 / sqrt(hidden_dim)."""
    tree = build(answers.ex08_tree.FusionTree, vocab_size, 2, 1, hidden_dim)
    attribute(tree, "output", nn.Linear)
    _drawn_within(attribute(tree, "output.weight", Tensor), 0.1 / hidden_dim**0.5, "`output.weight`")


@pytest.mark.worth(0.5, "humble")
@given(st.sampled_from([16, 64, 100]), st.sampled_from([80, 120]))
@settings(max_examples=3)
def test_output_bias_is_not_scaled(answers: Answers, hidden_dim: int, vocab_size: int) -> None:
    """The initial bias of `output` is what `nn.Linear` draws, within 1 / sqrt(hidden_dim): it is not scaled."""
    tree = build(answers.ex08_tree.FusionTree, vocab_size, 2, 1, hidden_dim)
    attribute(tree, "output", nn.Linear)
    _drawn_within(attribute(tree, "output.bias", Tensor), 1 / hidden_dim**0.5, "`output.bias`")


def _drawn_within(drawn: Handle, bound: float, name: str) -> None:
    """Expect uniform draws whose maximum is close to the bound; 80 draws fail by chance once in 10**8 runs."""
    looked(drawn, lambda values: _reaches(values.detach(), bound, name))


def _reaches(values: Tensor, bound: float, name: str) -> None:
    reach = float(values.abs().max()) / bound
    if not 0.79 < reach < 1.0001:
        times = float(f"{reach:.1g}")  # that much is the same whatever was drawn
        raise Mismatch(
            f"the largest of {values.numel()} numbers of {name} is about {times:g} times what it should be",
            expected=f"{name} drawn from {-bound:.2g} to {bound:.2g}",
            got=f"{name} from {float(values.min()):.2g} to {float(values.max()):.2g}",
            came=times,
        )


@pytest.mark.worth(0.5, "levels")
@given(SHAPES, st.integers(1, 3), SIZES, SIZES)
@settings(max_examples=6)
def test_shapes_of_the_levels(
    answers: Answers, shape: tuple[int, int], batch: int, embedding_dim: int, hidden_dim: int
) -> None:
    """`level_outputs` is a list of the embedding and each level's output: (B, 8, E), (B, 4, H), (B, 2, H), (B, H) for
    context 8.
    """
    group, depth = shape
    tree = build(answers.ex08_tree.FusionTree, 5, group**depth, embedding_dim, hidden_dim, group=group)
    train(tree, False)
    got = outputs_of(tree, tokens(batch, group**depth, 5, seed=0), depth)
    of_kind(got, list)
    same_shape(item(got, 0), (batch, group**depth, embedding_dim), what="the embedding")
    for level in range(1, depth):
        there = (batch, group ** (depth - level), hidden_dim)
        same_shape(item(got, level), there, what=f"the output of level {level}")
    same_shape(item(got, depth), (batch, hidden_dim), what="the output of the last level")


@pytest.mark.worth(1.25, "levels")
@given(windows())
@settings(max_examples=8)
def test_values_of_the_levels(answers: Answers, window: Window) -> None:
    """Each level's output is its own fusion of the output below, from the embedding up (in evaluation)."""
    tree = grown(answers, window)
    same_outputs(tree, window, oracles.read_tree(tree, window.group), training=False)


@pytest.mark.worth(0.5, "layers")
@given(windows(least_batch=2), st.booleans(), SEEDS)
@settings(max_examples=6)
def test_each_level_is_a_fusion(answers: Answers, window: Window, training: bool, seed: int) -> None:
    """Each of the `levels` is exercise 7's `Fusion`: called by itself, it joins `group` neighbours in a sequence of any
    length.
    """
    tree = grown(answers, window)
    train(tree, training)
    for number in range(oracles.levels_of(tree)):
        channels = window.hidden_dim if number else window.embedding_dim
        x = tenths(2, 2 * window.group, channels, seed=seed)
        tensors = oracles.read_level(tree, window.group, f"levels.{number}.")
        expected = oracles.fusion(x, tensors, training=training)
        got = call(part(tree, f"levels.{number}", "level"), x)
        same(got, expected, what=f"the result of level {number + 1} alone")


@pytest.mark.worth(0.5, "levels")
@given(windows(least_batch=2))
@settings(max_examples=6)
def test_training_takes_the_batch_statistics(answers: Answers, window: Window) -> None:
    """In training each level normalises by its batch, updates its running statistics once, and stays in that mode."""
    tree = grown(answers, window)
    expected = oracles.read_tree(tree, window.group)
    same_outputs(tree, window, expected, training=True)
    for number, wanted in enumerate(expected.levels):
        same(
            read(tree, f"levels.{number}.training"),
            True,
            what=f"`training` of level {number + 1} after a call in training",
        )
        holds(wanted.norm is not None, f"`levels[{number}].norm` is None", expected="a norm", got="None")
    same_running(tree, expected, "after one call in training")


@pytest.mark.worth(1.25, "logits")
@given(windows(), SEEDS, st.sampled_from([1, 10_000]))
@settings(max_examples=8)
def test_logits(answers: Answers, window: Window, seed: int, size: int) -> None:
    """The logits are `output` applied to the root (in evaluation): (B, context) becomes (B, V)."""
    tree = grown(answers, window)
    attribute(tree, "output", nn.Linear)
    if exists(attribute(tree, "output.bias")):  # whether it is there is for another check to say
        assign(tree, "output.bias", size * tenths(window.vocab_size, seed=seed))
    assign(tree, "output.weight", tenths(window.vocab_size, window.hidden_dim, seed=seed + 1))
    same_logits(tree, window, training=False)


@pytest.mark.worth(0.5, "logits")
@given(windows(least_batch=2))
@settings(max_examples=6)
def test_logits_in_training(answers: Answers, window: Window) -> None:
    """In training the logits are `output` applied to the root with batch statistics, and each level runs once."""
    same_logits(grown(answers, window), window, training=True)


@pytest.mark.worth(1, "sees")
@given(SHAPES, st.booleans(), SEEDS, st.integers(0, 63))
@settings(max_examples=8)
def test_a_character_moves_the_nodes_above_it(
    answers: Answers, shape: tuple[int, int], normalize: bool, seed: int, place: int
) -> None:
    """If one character changes, exactly the nodes above it change: node t of level l sees the `group ** l` characters
    from t * group ** l on (in evaluation).
    """
    group, depth = shape
    context = group**depth
    changed = place % context
    tree = build(answers.ex08_tree.FusionTree, 5, context, 3, 4, group, normalize)
    to_dtype(tree, torch.float64)
    train(tree, False)
    before = tokens(1, context, 5, seed)
    after = before.clone()
    after[0, changed] = (before[0, changed] + 1) % 5
    first, second = outputs_of(tree, before, depth), outputs_of(tree, after, depth)
    for level in range(depth + 1):
        one, other = item(first, level), item(second, level)
        same_shape(one, seen(lambda made: tuple(made.shape), other))
        # a difference shrinks by about a half at each fusion; rounding is below 1e-15
        moved = seen(lambda x, y, nodes=context // group**level: nodes_that_differ(x, y, nodes), one, other)
        what = f"the nodes of level {level} that change with character {changed}"
        same(moved, [changed // group**level], what=what)


def nodes_that_differ(one: Tensor, other: Tensor, nodes: int) -> list[int]:
    """List the numbers of the nodes whose values differ between two outputs of one level."""
    moved: list[int] = ((one - other).abs().reshape(nodes, -1).max(dim=1).values > 1e-12).nonzero().flatten().tolist()
    return moved


@pytest.mark.worth(0.5, "sees")
@given(SMALL_SHAPES, st.booleans(), SEEDS, st.integers(0, 2), st.integers(0, 7))
@settings(max_examples=8)
def test_a_node_has_gradients_from_its_own_characters(
    answers: Answers, shape: tuple[int, int], normalize: bool, seed: int, height: int, place: int
) -> None:
    """The gradient of one node reaches exactly its own `group ** level` characters (in evaluation)."""
    group, depth = shape
    context, level = group**depth, 1 + height % depth
    node = place % (context // group**level)
    tree = build(answers.ex08_tree.FusionTree, context, context, 3, 4, group, normalize)
    to_dtype(tree, torch.float64)
    train(tree, False)
    order = torch.randperm(context, generator=torch.Generator().manual_seed(seed))  # every character once
    outputs = outputs_of(tree, order[None].clone(), depth)
    shape_there: tuple[int, ...] = seen(lambda made: tuple(made.shape), item(outputs, level))
    of_the_node = torch.zeros(context // group**level, 4, dtype=torch.float64)
    of_the_node[node] = 1
    holds(math.prod(shape_there) == of_the_node.numel(), f"the output of level {level} has shape {shape_there}")
    backward(item(outputs, level), of_the_node.reshape(shape_there), source="`embedding.weight`")
    reached = gradient(tree, "embedding.weight")
    holds(exists(reached), "no gradient reaches `embedding.weight`")
    places = seen(lambda g: [place for place in range(context) if g[order[place]].abs().max() > 1e-12], reached)
    first = node * group**level
    expected = list(range(first, first + group**level))
    same(places, expected, what=f"the places whose characters node {node} of level {level} depends on")


@pytest.mark.worth(0.5, "normalize")
@given(windows(), st.booleans(), SEEDS)
@settings(max_examples=6)
def test_without_normalisation(answers: Answers, window: Window, training: bool, seed: int) -> None:
    """With normalize=False no level has a norm, every level has a bias, and training and evaluation give the same
    results.
    """
    tree = grown(answers, window, normalize=False)
    for number in range(oracles.levels_of(tree)):
        same(attribute(tree, f"levels.{number}.norm"), None, what=f"`levels[{number}].norm` with normalize=False")
        assign(tree, f"levels.{number}.linear.bias", tenths(window.hidden_dim, seed=seed + number))
    same_outputs(tree, window, oracles.read_tree(tree, window.group), training=training)


@pytest.mark.worth(1.5, "gradients")
@given(windows(least_batch=3, least_levels=2), st.booleans(), st.sampled_from([True, False]))
@settings(max_examples=8)
def test_gradients_reach_every_parameter(answers: Answers, window: Window, normalize: bool, training: bool) -> None:
    """The gradients of the embedding, of every level and of the output are right, in both modes."""
    tree = grown(answers, window, normalize=normalize)
    train(tree, training)
    reference = oracles.read_tree(tree, window.group)
    weights = numbered(len(window.tokens), window.vocab_size, dtype=torch.float64)
    _, expected = oracles.tree(window.tokens, reference, training=training)
    (expected * weights).sum().backward()
    backward(call(tree, window.tokens), weights, what="the logits", source="the parameters")
    pairs = [("embedding.weight", reference.embedding), ("output.weight", reference.weight)]
    if reference.bias is not None:
        pairs += [("output.bias", reference.bias)]
    for number, level in enumerate(reference.levels):
        pairs += [(f"levels.{number}.linear.weight", level.weight)]
        if level.bias is not None:
            pairs += [(f"levels.{number}.linear.bias", level.bias)]
        if level.norm is not None:
            pairs += [(f"levels.{number}.norm.{name}", getattr(level.norm, name)) for name in ("weight", "bias")]
    missing = [f"`{name}`" for name, _ in pairs if not exists(gradient(tree, name))]
    holds(not missing, f"no gradient reaches {', '.join(missing)}")
    for name, wanted in pairs:
        what = f"the gradient of `{name}`, where logit i has gradient i"
        same(gradient(tree, name), wanted.grad, what=what, gradient=True)


@pytest.mark.worth(0.5, "inputs")
@given(st.sampled_from([(2, 1), (2, 3), (3, 2), (4, 2)]), st.booleans(), SEEDS)
@settings(max_examples=6)
def test_batch_of_one(answers: Answers, shape: tuple[int, int], normalize: bool, seed: int) -> None:
    """A batch of one window gives (1, V), in evaluation with the same values as in a larger batch."""
    group, depth = shape
    two = tokens(2, group**depth, 5, seed)
    tree = grown(answers, Window(two, group**depth, group, 5, 2, 3), normalize=normalize)
    train(tree, False)
    with seeded(0):  # an answer that draws at each call fails the check about that
        one = call(tree, two[:1].clone())
    same_shape(one, (1, 5))
    with seeded(0):
        both = call(tree, two.clone())
    same_shape(both, (2, 5))
    same(one, seen(lambda made: made[:1], both), what="the logits of a single window, compared with a batch of two")


@pytest.mark.worth(0.5, "inputs")
@given(LAYOUTS, st.booleans(), SEEDS)
@settings(max_examples=6)
def test_strides_and_dtypes(answers: Answers, layout: str, normalize: bool, seed: int) -> None:
    """Non-contiguous tokens work; the logits are float32, and float64 after `.double()`."""
    tree = build(answers.ex08_tree.FusionTree, 5, 4, 2, 3, normalize=normalize)
    fill(tree)
    dense = tokens(3, 4, 5, seed)
    same_dtype(call(tree, dense.clone()), torch.float32)
    to_dtype(tree, torch.float64)
    with seeded(0):
        got = call(tree, laid_out(dense.clone(), layout))
    same_dtype(got, torch.float64)
    with seeded(0):
        usual = call(tree, dense.clone())
    same(got, value(usual), what="the logits for tokens in this memory layout, compared with contiguous tokens")


@pytest.mark.worth(0.25, "powers")
@given(st.sampled_from([(243, 3), (125, 5), (216, 6), (1000, 10), (64, 4), (64, 8), (7, 7), (1024, 2), (2000, 2000)]))
@settings(max_examples=9)
def test_large_powers_are_exact(answers: Answers, sizes: tuple[int, int]) -> None:
    """Every power of `group` is a valid context: 243 with a group of 3 has 5 levels, 125 with 5 has 3, 1,024 with 2 has
    10.
    """
    context, group = sizes
    tree = build(answers.ex08_tree.FusionTree, 3, context, 1, 1, group)
    depth = next(levels for levels in range(1, 11) if group**levels == context)
    same(oracles.levels_of(tree), depth, what="the number of levels")
    train(tree, False)
    logits = call(tree, tokens(1, context, 3, seed=0))
    same_shape(logits, (1, 3), what=f"the logits of one window of {context} characters")


@pytest.mark.worth(0.4, "powers", kind="errors")
@given(st.sampled_from([(6, 2), (12, 2), (7, 2), (8, 3), (6, 3), (8, 4), (32, 4), (242, 3), (244, 3), (124, 5)]))
@settings(max_examples=10)
def test_refuses_a_context_that_is_no_power(answers: Answers, sizes: tuple[int, int]) -> None:
    """A `context` that is not a power of `group` raises a ValueError when the tree is built; the message includes
    `context` and its value.
    """
    context, group = sizes
    tree = answers.ex08_tree.FusionTree
    accepts(tree, 27, group**2, 10, 20, group)
    raises(ValueError, tree, 27, context, 10, 20, group, naming=["context"], values=[context])


@pytest.mark.worth(0.3, "powers", kind="errors")
@given(st.sampled_from([(1, 2), (0, 2), (-2, 2), (-8, 2), (1, 3), (2, 3), (2, 4), (0, 3), (1, 5)]))
@settings(max_examples=9)
def test_refuses_a_context_below_group(answers: Answers, sizes: tuple[int, int]) -> None:
    """A `context` below `group` would have no level and raises a ValueError whose message includes `context` and its
    value.
    """
    context, group = sizes
    tree = answers.ex08_tree.FusionTree
    accepts(tree, 27, group**2, 10, 20, group)
    raises(ValueError, tree, 27, context, 10, 20, group, naming=["context"], values=[context])


@pytest.mark.worth(0.2, "powers", kind="errors")
@given(st.sampled_from([(8, 1), (1, 1), (8, 0), (1, 0), (8, -2), (4, -2)]))
@settings(max_examples=6)
def test_refuses_a_group_below_two(answers: Answers, sizes: tuple[int, int]) -> None:
    """A group below 2 has no powers: a ValueError, whose message includes `context` or `group` and its value."""
    context, group = sizes
    tree = answers.ex08_tree.FusionTree
    accepts(tree, 27, 8, 10, 20, 2)
    try:
        raises(ValueError, tree, 27, context, 10, 20, group, naming=["group"], values=[group])
    except Mismatch:
        raises(ValueError, tree, 27, context, 10, 20, group, naming=["context"], values=[context])


@pytest.mark.worth(0.4, "refuses", kind="errors")
@given(
    st.sampled_from(
        [(8, 2, length) for length in (0, 1, 4, 7, 16, 24)] + [(9, 3, length) for length in (3, 10, 18, 27)]
    ),
    st.booleans(),
)
@example((8, 2, 7), False)  # that the first level refuses by itself
@example((8, 2, 4), False)  # that fails further up, and names another length there
@settings(max_examples=14)
def test_refuses_another_window_length(answers: Answers, sizes: tuple[int, int, int], logits: bool) -> None:
    """A window of a different length raises a ValueError whose message includes that length, even if it is a shorter
    power of `group`.
    """
    context, group, length = sizes
    tree = build(answers.ex08_tree.FusionTree, 30, context, 11, 12, group)
    fill(tree)
    method = None if logits else "level_outputs"
    accepts(tree, tokens(5, context, 30, seed=0), method=method)
    raises(ValueError, tree, tokens(5, length, 30, seed=0), method=method, values=[length])


@pytest.mark.worth(0.2, "refuses", kind="errors")
@given(st.sampled_from([(3, 8, 1), (3, 1, 8), (1, 8, 8), (8, 8, 8)]), st.booleans())
@settings(max_examples=8)
def test_refuses_another_rank(answers: Answers, shape: tuple[int, ...], logits: bool) -> None:
    """Tokens with an additional axis raise a ValueError."""
    tree = build(answers.ex08_tree.FusionTree, 5, 8, 2, 3)
    train(tree, False)
    method = None if logits else "level_outputs"
    accepts(tree, torch.ones((3, 8), dtype=torch.int64), method=method)
    raises(ValueError, tree, torch.ones(shape, dtype=torch.int64), method=method)


@pytest.mark.worth(0.25, "effects")
@given(windows(least_batch=2), st.booleans())
@settings(max_examples=4)
def test_leaves_everything_as_it_was(answers: Answers, window: Window, normalize: bool) -> None:
    """The argument is not modified, the tree stays in its mode, nothing is kept between calls or shared by two trees,
    and a forward pass does not touch the global random state. Each call returns new logits and a new list of outputs.
    """
    tree = grown(answers, window, normalize=normalize)
    for training in (True, False):
        train(tree, training)
        _, expected = oracles.tree(window.tokens, oracles.read_tree(tree, window.group), training=training)
        with leaves_alone(tokens=window.tokens):
            same(call(tree, window.tokens), expected, what="the logits")
            call(tree, window.tokens, method="level_outputs")
        same(read(tree, "training"), training, what="`training` after a call")
    halved(tree)
    fresh = grown(answers, window, normalize=normalize)
    do([f"{named(fresh)}.load_state_dict({named(tree)}.state_dict())"])
    train(fresh, False)
    what = "the logits of the same windows after the weights have changed, compared with a new tree with the same state"
    same(call(tree, window.tokens), value(call(fresh, window.tokens)), what=what)
    larger = window._replace(context=window.context * window.group)
    build(answers.ex08_tree.FusionTree, *larger.sizes, normalize=normalize)
    other = (window.tokens + 1) % window.vocab_size
    same(
        call(tree, other),
        value(call(fresh, other)),
        what="the logits of other windows, compared with a new tree with the same state",
    )
    _, expected = oracles.tree(window.tokens, oracles.read_tree(tree, window.group), training=False)
    _, of_other = oracles.tree(other, oracles.read_tree(tree, window.group), training=False)
    first, list_of_first = call(tree, window.tokens), call(tree, window.tokens, method="level_outputs")
    same(call(tree, other), of_other, what="the logits of other windows")
    call(tree, other, method="level_outputs")
    same(now(first), expected, what=f"the logits, {LATER}")
    outputs = value(list_of_first)  # whether they are right is for other checks to say
    same(now(list_of_first), outputs, what=f"the list of outputs, {LATER}")
    overwritten(first, "made.data.fill_(9)")
    same(call(tree, window.tokens), expected, what=AGAIN)
    overwritten(list_of_first, "made.clear()")
    same(call(tree, window.tokens, method="level_outputs"), outputs, what=AGAIN)
    given_tokens = object_of("tokens", window.tokens)
    same(call(tree, given_tokens), expected, what="the logits")
    do([f"tokens.add_(1).remainder_({window.vocab_size})"])
    same(call(tree, given_tokens), of_other, what=CHANGED)
