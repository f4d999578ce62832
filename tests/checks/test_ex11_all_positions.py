"""Exercise 11: all positions at once compared with the tree on each window, and the counted work."""

import oracles
import pytest
import torch
from callers import AGAIN, CHANGED, LATER, gradients_flow, object_of, overwritten
from hypothesis import given, settings
from hypothesis import strategies as st
from models import mode_is_put_back
from strategies import FLOATS, LAYOUTS, SEEDS, laid_out, tokens
from torch import Tensor
from trees import (
    COSTLY,
    LARGER_GROUPS,
    ONE_LEVEL,
    PAIRS,
    SHAPES,
    VOCABULARY,
    Shape,
    a_fusion_a_level,
    grown,
    leaves_the_tree,
    long_text,
    text_of,
    train_further,
)

from grader.answers.steps import Work
from grader.language import (
    Answers,
    Handle,
    Mismatch,
    call,
    counting,
    do,
    holds,
    leaves_alone,
    now,
    refused,
    same,
    same_dtype,
    same_shape,
    seen,
    to_dtype,
    train,
    value,
    worked,
)

BATCHES = st.integers(1, 3)
SEVERAL_LEVELS = SHAPES.filter(lambda shape: shape.levels > 1)
LOGITS = "the logits (b, t, v)"


def logits_of(answers: Answers, tree: Handle, text: Tensor | Handle, shape: tuple[int, ...] | None = None) -> Handle:
    """Call the answer for a text, and check the shape of its result."""
    got = call(answers.ex11_all_positions.all_positions, tree, text)
    if shape is None:
        assert isinstance(text, Tensor)
        shape = tuple(text.shape)
    same_shape(got, (*shape, VOCABULARY), what="the result")
    return got


def expected_of(tree: Handle, text: Tensor, shape: Shape, positions: range) -> Tensor:
    """Compute the logits of these positions, each from its own window."""
    return oracles.tree_at(text, positions, shape.context, oracles.read_tree(tree, shape.group))


def same_everywhere(answers: Answers, tree: Handle, text: Tensor, shape: Shape) -> None:
    """Compare all positions of a text."""
    expected = expected_of(tree, text, shape, range(text.shape[1]))
    same(logits_of(answers, tree, text), expected, what=LOGITS)


@pytest.mark.worth(1, "window")
@settings(max_examples=12)
@given(ONE_LEVEL, BATCHES, st.integers(1, 6), st.booleans(), SEEDS)
def test_a_tree_of_one_level(
    answers: Answers, shape: Shape, batch: int, length: int, normalize: bool, seed: int
) -> None:
    """With one level, position t holds the logits for token t and the group - 1 tokens before it, the oldest first."""
    tree = grown(answers, shape, normalize=normalize, seed=seed)
    same_everywhere(answers, tree, tokens(batch, length, VOCABULARY, seed), shape)


@pytest.mark.worth(1.5, "window")
@settings(max_examples=12)
@given(PAIRS, BATCHES, st.integers(0, 4), st.booleans(), SEEDS)
def test_full_windows(answers: Answers, shape: Shape, batch: int, more: int, normalize: bool, seed: int) -> None:
    """If the whole window is inside the text, position t holds the tree's logits for the window that ends there."""
    full = shape.context - 1
    text = tokens(batch, full + 1 + more, VOCABULARY, seed)
    tree = grown(answers, shape, normalize=normalize, seed=seed)
    expected = expected_of(tree, text, shape, range(full, text.shape[1]))
    last = seen(lambda made: made[:, full:], logits_of(answers, tree, text))
    same(last, expected, what=f"the logits from position {full} on")


@pytest.mark.worth(1, "padding")
@settings(max_examples=12)
@given(PAIRS, BATCHES, st.booleans(), SEEDS)
def test_padding(answers: Answers, shape: Shape, batch: int, normalize: bool, seed: int) -> None:
    """At the beginning of the text, windows are padded on the left with token 0: with its embedding, and what the
    levels compute from it.
    """
    text = tokens(batch, shape.context + 1, VOCABULARY, seed)
    tree = grown(answers, shape, normalize=normalize, seed=seed)
    first = range(shape.context - 1)
    expected = expected_of(tree, text, shape, first)
    begun = seen(lambda made: made[:, : len(first)], logits_of(answers, tree, text))
    same(begun, expected, what=f"the first {len(first)} positions' logits")


@pytest.mark.worth(1, "group")
@settings(max_examples=12)
@given(LARGER_GROUPS, BATCHES, st.integers(0, 3), SEEDS)
def test_any_group(answers: Answers, shape: Shape, batch: int, more: int, seed: int) -> None:
    """Trees that fuse three, four or five neighbours per level also give their logits at every position."""
    tree = grown(answers, shape, seed=seed)
    same_everywhere(answers, tree, tokens(batch, shape.context + more, VOCABULARY, seed), shape)


@pytest.mark.worth(0.75, "length")
@settings(max_examples=12)
@given(SEVERAL_LEVELS, BATCHES, SEEDS, st.integers(0, 14))
def test_texts_shorter_than_the_context(answers: Answers, shape: Shape, batch: int, seed: int, more: int) -> None:
    """A text can be shorter than the context, even a single token: every position has logits."""
    length = 1 + more % (shape.context - 1)
    tree = grown(answers, shape, seed=seed)
    same_everywhere(answers, tree, tokens(batch, length, VOCABULARY, seed), shape)


@pytest.mark.worth(0.5, "length")
@settings(max_examples=6)
@given(
    st.sampled_from(
        [
            (Shape(2, 3), 1024),
            (Shape(2, 10), 1024),
            (Shape(2, 10), 2),
            (Shape(4, 5), 1100),
            (Shape(32, 2), 1030),
            (Shape(1024, 1), 1025),
        ]
    ),
    SEEDS,
)
def test_long_texts_and_contexts(answers: Answers, sizes: tuple[Shape, int], seed: int) -> None:
    """Texts and contexts of 1,024 characters and more work, together and separately."""
    shape, length = sizes
    tree, text = grown(answers, shape, seed=seed), text_of(length, seed)
    got = logits_of(answers, tree, long_text(length, seed), (1, length))
    for positions in (range(min(3, length)), range(length // 2, length // 2 + 1), range(length - 2, length)):
        expected = expected_of(tree, text, shape, positions)
        what = f"the logits of positions {positions[0]} to {positions[-1]}"
        there = seen(lambda made, at=positions: made[:, at[0] : at[-1] + 1], got)
        same(there, expected, what=what)


@pytest.mark.worth(0.5, "window")
@settings(max_examples=10)
@given(SHAPES, SEEDS, st.integers(0, 32))
def test_a_token_moves_the_positions_that_see_it(answers: Answers, shape: Shape, seed: int, place: int) -> None:
    """If token p changes, exactly the positions p to p + context - 1 change: none before it, because no position looks
    ahead.
    """
    length = 2 * shape.context + 1
    changed = place % length
    before = tokens(1, length, VOCABULARY, seed)
    after = before.clone()
    after[0, changed] = (before[0, changed] + 1) % VOCABULARY
    tree = grown(answers, shape, seed=seed)
    one, other = logits_of(answers, tree, before), logits_of(answers, tree, after)
    # a difference shrinks at each level; rounding is below 1e-15
    moved = seen(lambda x, y: ((x - y).abs().amax(dim=(0, 2)) > 1e-12).nonzero().flatten().tolist(), one, other)
    expected = list(range(changed, min(changed + shape.context, length)))
    same(moved, expected, what=f"the positions whose logits change with token {changed}")


@pytest.mark.worth(0.75, "evaluation")
@settings(max_examples=8)
@given(SHAPES, st.integers(2, 3), st.booleans(), SEEDS)
def test_evaluation_statistics(answers: Answers, shape: Shape, batch: int, training: bool, seed: int) -> None:
    """The logits are those of evaluation mode, in either mode of the tree, and its running statistics do not change."""
    tree = grown(answers, shape, training=training, seed=seed)
    with leaves_the_tree(tree):
        same_everywhere(answers, tree, tokens(batch, shape.context, VOCABULARY, seed), shape)


@pytest.mark.worth(0.25, "mode")
@settings(max_examples=2)
@given(st.booleans())
def test_mode_put_back(answers: Answers, training: bool) -> None:
    """The logits are right, the tree keeps its mode, and gradients are recorded as before."""
    tree = grown(answers, Shape(2, 2), training=training)
    same_everywhere(answers, tree, torch.tensor([[1, 2, 3]]), Shape(2, 2))
    mode_is_put_back(tree, training)
    train(tree, False)
    gradients_flow(call(tree, torch.tensor([[1, 2, 3, 4]])), "`all_positions`")


@pytest.mark.worth(0.25, "mode")
@settings(max_examples=2)
@given(st.booleans())
def test_mode_put_back_after_an_error(answers: Answers, training: bool) -> None:
    """The logits are right, and the tree stays in its mode even after an error (an unknown token)."""
    tree = grown(answers, Shape(2, 2), training=training)
    same_everywhere(answers, tree, torch.tensor([[1, 2, 3]]), Shape(2, 2))
    train(tree, training)  # whatever that has left
    refused(answers.ex11_all_positions.all_positions, tree, torch.tensor([[1, VOCABULARY, 3]]))
    mode_is_put_back(tree, training)


@pytest.mark.worth(1, "work")
@settings(max_examples=4)
@given(COSTLY, SEEDS)
def test_one_fusion_per_level_and_position(answers: Answers, shape: Shape, seed: int) -> None:
    """For a text far longer than the context, each level makes at most 1.5 * (T + context) fusions."""
    tree, length = grown(answers, shape, embedding_dim=1, hidden_dim=16, seed=seed), 8 * shape.context
    last = range(length - 2, length)
    expected = expected_of(tree, text_of(length, seed), shape, last)
    with counting():
        got = logits_of(answers, tree, long_text(length, seed), (1, length))
    same(seen(lambda made: made[:, -2:], got), expected, what="the logits of the last two positions")
    least = (length + shape.context) * a_fusion_a_level(tree, shape.levels)
    words = "{} the work of T + context fusions on each level"

    def is_enough(work: Work) -> None:
        if work.flops > 1.5 * least:
            raise Mismatch(
                "it does more work than 1.5 * (T + context) fusions on each level; each node is needed only once",
                expected=words.format("at most 1.5 times"),
                got=f"{words.format(f'{work.flops / least:.1f} times')}, {work.flops:,} operations",
                came=round(work.flops / least, 1),
            )

    worked(is_enough, got)


@pytest.mark.worth(0.5, "work")
@settings(max_examples=4)
@given(COSTLY, SEEDS)
def test_calls_do_not_grow_with_the_text(answers: Answers, shape: Shape, seed: int) -> None:
    """A text twice as long needs no more calls of torch: there is no loop over positions or windows."""
    tree, calls = grown(answers, shape, seed=seed), []
    for length in (4 * shape.context, 8 * shape.context):
        with counting():
            got = logits_of(answers, tree, long_text(length, seed), (1, length))
        calls.append(worked(lambda work: work.operators, got))
    holds(calls[0] > 0, "torch was not called at all", expected="torch's operators", got="none")
    if calls[1] > calls[0]:
        more = (calls[1] - calls[0]) / (4 * shape.context)
        raise Mismatch(
            "the number of torch calls grows with the length of the text",
            expected="the same number of calls for 8 * context tokens as for 4 * context",
            got=f"{more:.1f} more calls per additional token",
            came=more >= 2 * shape.levels,  # a loop over the positions, or over pieces of the text
        )


@pytest.mark.worth(0.5, "inputs")
@settings(max_examples=10)
@given(SHAPES, BATCHES, LAYOUTS, FLOATS, SEEDS)
def test_strides_dtypes_and_batches(
    answers: Answers, shape: Shape, batch: int, layout: str, dtype: torch.dtype, seed: int
) -> None:
    """Non-contiguous tokens and a batch of one work; the logits are float32, and float64 after `.double()`."""
    tree = grown(answers, shape, seed=seed)
    dense = tokens(batch, shape.context + 2, VOCABULARY, seed)
    if dtype == torch.float32:
        to_dtype(tree, torch.float32)
        same_dtype(logits_of(answers, tree, dense), torch.float32)
        return
    got = logits_of(answers, tree, laid_out(dense.clone(), layout))
    same_dtype(got, torch.float64)
    usual = logits_of(answers, tree, dense.clone())
    same(got, value(usual), what="the logits for tokens in this memory layout, compared with contiguous tokens")
    alone = logits_of(answers, tree, dense[:1].clone())
    same(alone, seen(lambda made: made[:1], usual), what="the logits of a single text, compared with the batch")


@pytest.mark.worth(0.5, "effects")
@settings(max_examples=4)
@given(SHAPES, st.booleans(), SEEDS)
def test_changes_and_keeps_nothing(answers: Answers, shape: Shape, training: bool, seed: int) -> None:
    """The tokens and the global random state do not change, and nothing is kept: a tree that was trained further gives
    its new logits. Each call returns a new tensor.
    """
    tree, text = grown(answers, shape, training=training, seed=seed), tokens(2, shape.context, VOCABULARY, seed)
    with leaves_alone(tokens=text), leaves_the_tree(tree):
        same_everywhere(answers, tree, text, shape)
    train_further(tree, seed + 1)
    expected = expected_of(tree, text, shape, range(text.shape[1]))
    first = logits_of(answers, tree, text)
    same(first, expected, what="the logits after the tree was trained further")
    other = (text + 1) % VOCABULARY
    same_everywhere(answers, tree, other, shape)
    same(now(first), expected, what=LATER)
    overwritten(first, "made.data.fill_(9)")
    same(logits_of(answers, tree, text), expected, what=AGAIN)
    given_tokens = object_of("tokens", text)
    same(logits_of(answers, tree, given_tokens, tuple(text.shape)), expected, what=LOGITS)
    do([f"tokens.add_(1).remainder_({VOCABULARY})"])
    expected = expected_of(tree, other, shape, range(text.shape[1]))
    same(logits_of(answers, tree, given_tokens, tuple(text.shape)), expected, what=CHANGED)
