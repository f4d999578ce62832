"""Exercise 12: a stream compared with the tree on each window, what it must not share or keep, and its counted work."""

from collections.abc import Sequence

import oracles
import pytest
import torch
from callers import gradients_flow, overwritten
from hypothesis import given, settings
from hypothesis import strategies as st
from models import mode_is_put_back
from strategies import FLOATS, SEEDS, tokens
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
    long_stream,
    text_of,
    train_further,
)

from grader.answers.steps import Work
from grader.language import (
    Answers,
    Handle,
    Mismatch,
    build,
    call,
    counting,
    each,
    holds,
    item,
    leaves_alone,
    refused,
    same,
    same_dtype,
    seen,
    to_dtype,
    train,
    worked,
)


def begun(answers: Answers, tree: Handle) -> Handle:
    """Start a new stream of a tree."""
    return build(answers.ex12_streaming.StreamingTree, tree)


def drawn(length: int, seed: int) -> list[int]:
    """Draw the tokens of a text."""
    return [int(token) for token in tokens(1, length, VOCABULARY, seed)[0]]


def expected_of(tree: Handle, text: Sequence[int], shape: Shape, steps: Sequence[int]) -> Tensor:
    """Compute the logits (steps, V) of these steps of a new stream, counted from 0, each from its own window."""
    return oracles.tree_at(torch.tensor([text]), steps, shape.context, oracles.read_tree(tree, shape.group))[0]


def same_steps(
    stream: Handle, tree: Handle, text: Sequence[int], shape: Shape, *, first: int = 0, when: str = ""
) -> None:
    """Step through a text from the beginning, and compare the logits from step `first` on."""
    expected = expected_of(tree, text, shape, range(len(text)))
    for step, token in enumerate(text):
        got = call(stream, token, method="step")
        if step >= first:
            same(got, expected[step], what=f"the logits of step {step + 1}{when}")


@pytest.mark.worth(0.75, "window")
@settings(max_examples=10)
@given(ONE_LEVEL, st.integers(1, 6), st.booleans(), SEEDS)
def test_a_tree_of_one_level(answers: Answers, shape: Shape, length: int, normalize: bool, seed: int) -> None:
    """With one level, each step returns the logits for its token and the group - 1 tokens before it, oldest first."""
    tree = grown(answers, shape, normalize=normalize, seed=seed)
    same_steps(begun(answers, tree), tree, drawn(length, seed), shape)


@pytest.mark.worth(1, "window")
@settings(max_examples=10)
@given(PAIRS, st.integers(0, 4), st.booleans(), SEEDS)
def test_full_windows(answers: Answers, shape: Shape, more: int, normalize: bool, seed: int) -> None:
    """Once the stream has read a whole window, each step returns the tree's logits for the window that ends with its
    token.
    """
    tree = grown(answers, shape, normalize=normalize, seed=seed)
    text = drawn(shape.context + more, seed)
    same_steps(begun(answers, tree), tree, text, shape, first=shape.context - 1)


@pytest.mark.worth(1, "padding")
@settings(max_examples=10)
@given(PAIRS, st.booleans(), SEEDS)
def test_the_first_steps(answers: Answers, shape: Shape, normalize: bool, seed: int) -> None:
    """A stream begins as if it had read only token 0: with its embedding, and with what the levels compute from it."""
    tree = grown(answers, shape, normalize=normalize, seed=seed)
    same_steps(begun(answers, tree), tree, drawn(shape.context - 1, seed), shape)


@pytest.mark.worth(1, "group")
@settings(max_examples=8)
@given(LARGER_GROUPS, st.integers(0, 3), SEEDS)
def test_any_group(answers: Answers, shape: Shape, more: int, seed: int) -> None:
    """Trees that fuse three, four or five neighbours per level also give their logits at every step."""
    tree = grown(answers, shape, seed=seed)
    same_steps(begun(answers, tree), tree, drawn(shape.context + more, seed), shape)


@pytest.mark.worth(0.5, "length")
@settings(max_examples=4)
@given(st.sampled_from([(Shape(32, 2), 1000), (Shape(2, 10), 20), (Shape(2, 11), 10), (Shape(1024, 1), 10)]), SEEDS)
def test_long_contexts(answers: Answers, sizes: tuple[Shape, int], seed: int) -> None:
    """Contexts of 1,024 characters and more work: tokens from a thousand steps ago are still remembered."""
    shape, length = sizes
    tree, early, late = grown(answers, shape, seed=seed), text_of(length, seed)[0].tolist(), [1, 2]
    named = long_stream(length, seed)
    stream = begun(answers, tree)
    each(stream, "step", named)
    expected = expected_of(tree, early + late, shape, range(length, length + len(late)))
    for step, token in enumerate(late):
        same(call(stream, token, method="step"), expected[step], what=f"the logits of step {length + step + 1}")


@pytest.mark.worth(0.75, "reset")
@settings(max_examples=8)
@given(SHAPES, st.integers(1, 5), SEEDS)
def test_reset_starts_over(answers: Answers, shape: Shape, before: int, seed: int) -> None:
    """After `reset()` a stream behaves like a new one and remembers no earlier token."""
    tree = grown(answers, shape, seed=seed)
    stream = begun(answers, tree)
    for token in drawn(before, seed + 1):
        call(stream, token, method="step")
    for turn in ("after reset()", "after reset() once more"):
        call(stream, method="reset")
        same_steps(stream, tree, drawn(shape.context, seed), shape, when=f" {turn}")


@pytest.mark.worth(0.75, "reset")
@settings(max_examples=8)
@given(SHAPES, st.booleans(), SEEDS)
def test_reset_takes_the_weights_of_now(answers: Answers, shape: Shape, stepped: bool, seed: int) -> None:
    """If the tree has been trained further, `reset()` starts over with the new weights, including those of the
    padding's nodes.
    """
    tree = grown(answers, shape, seed=seed)
    stream = begun(answers, tree)
    for token in drawn(2 * stepped, seed):
        call(stream, token, method="step")
    train_further(tree, seed + 1)
    call(stream, method="reset")
    same_steps(stream, tree, drawn(shape.context, seed), shape, when=", after more training and reset()")


@pytest.mark.worth(0.75, "streams")
@settings(max_examples=8)
@given(SHAPES, st.booleans(), SEEDS)
def test_streams_are_independent(answers: Answers, shape: Shape, resets: bool, seed: int) -> None:
    """Several streams of one tree, stepped alternately, do not affect each other, and neither does a reset of one of
    them.
    """
    tree = grown(answers, shape, seed=seed)
    texts = drawn(shape.context + 1, seed), drawn(shape.context + 1, seed + 1)
    streams = [begun(answers, tree) for _ in texts]
    expected = [expected_of(tree, text, shape, range(len(text))) for text in texts]
    names = "first", "second"
    for step in range(shape.context + 1):
        for which in (0, 1) if step < 2 or not resets else (0,):
            got = call(streams[which], texts[which][step], method="step")
            same(got, expected[which][step], what=f"the logits of step {step + 1} of the {names[which]} stream")
        if resets and step == 1:
            call(streams[1], method="reset")


@pytest.mark.worth(0.5, "fresh")
@settings(max_examples=6)
@given(SHAPES, st.integers(2, 4), SEEDS)
def test_each_result_is_a_fresh_tensor(answers: Answers, shape: Shape, steps: int, seed: int) -> None:
    """Each step returns a new tensor: later steps and a reset do not change it, and overwriting it changes nothing."""
    tree = grown(answers, shape, seed=seed)
    stream, text = begun(answers, tree), drawn(steps, seed)
    expected = expected_of(tree, text, shape, range(steps))
    got = each(stream, "step", text)
    for step in range(steps):
        same(item(got, step), expected[step], what=f"the logits of step {step + 1}, looked at after the last step")
    stream = begun(answers, tree)
    for step, token in enumerate(text):
        logits = call(stream, token, method="step")
        same(logits, expected[step], what=f"the logits of step {step + 1}, after the caller has overwritten the others")
        overwritten(logits, "made.data.fill_(9)")


@pytest.mark.worth(0.5, "evaluation")
@settings(max_examples=8)
@given(SHAPES, st.booleans(), SEEDS)
def test_evaluation_statistics(answers: Answers, shape: Shape, before: bool, seed: int) -> None:
    """The logits are those of evaluation mode, even if the tree is in training mode or is switched to it between two
    steps, and the tree's running statistics do not change.
    """
    tree, text = grown(answers, shape, training=before, seed=seed), drawn(shape.context, seed)
    expected = expected_of(tree, text, shape, range(len(text)))
    with leaves_the_tree(tree):
        stream = begun(answers, tree)
        for step, token in enumerate(text):
            train(tree, step % 2 == 0)
            same(call(stream, token, method="step"), expected[step], what=f"the logits of step {step + 1}")


@pytest.mark.worth(0.5, "evaluation")
@settings(max_examples=4)
@given(SHAPES, SEEDS)
def test_without_gradients(answers: Answers, shape: Shape, seed: int) -> None:
    """A step works without gradients: torch keeps nothing for a backward pass, which would grow with the stream.
    Afterwards gradients are recorded as before.
    """
    tree, text = grown(answers, shape, seed=seed), drawn(2, seed)
    stream, expected = begun(answers, tree), expected_of(tree, text, shape, range(2))
    with counting():
        results = [call(stream, token, method="step") for token in text]
    for step, logits in enumerate(results):
        same(logits, expected[step], what=f"the logits of step {step + 1}")
    kept = [
        *["the logits are recorded for gradients"] * seen(lambda *made: any(x.requires_grad for x in made), *results),
        *["torch keeps tensors of a step for a backward pass"] * worked(lambda work: work.kept > 0, *results),
    ]
    words = "requires_grad is {}, tensors kept for gradients: {}"
    holds(not kept, " and ".join(kept), expected=words.format(False, "none"), got=words.format(bool(kept), "some"))
    gradients_flow(call(tree, tokens(1, shape.context, VOCABULARY, seed)), "a step")


@pytest.mark.worth(0.5, "mode")
@settings(max_examples=20)  # all there are
@given(
    st.booleans(),
    st.sampled_from(["a new stream", "step", "reset", "an unknown token"]),
    st.booleans(),
)
def test_mode_put_back(answers: Answers, training: bool, what: str, switched: bool) -> None:
    """Starting a stream, a step (which returns the logits) and a reset each leave the tree in the mode it was in, a
    step even after an error (an unknown token). That mode is the one at the time of the call, not the one in which the
    stream was made.
    """
    tree = grown(answers, Shape(2, 2), training=training != switched)
    expected = expected_of(tree, [1], Shape(2, 2), [0])
    stream = begun(answers, tree)
    mode_is_put_back(tree, training != switched)
    same(call(stream, 1, method="step"), expected[0], what="the logits of step 1")
    train(tree, training)  # whatever the constructor and that step have left
    if what == "reset":
        call(stream, method="reset")
    elif what == "step":
        call(stream, 1, method="step")
    elif what != "a new stream":
        refused(stream, VOCABULARY, method="step")
    mode_is_put_back(tree, training)


@pytest.mark.worth(1, "work")
@settings(max_examples=2)
@given(COSTLY, SEEDS)
def test_one_fusion_per_level_and_step(answers: Answers, shape: Shape, seed: int) -> None:
    """A step makes one fusion per level to compute its logits, however long the context: 3 for 8 characters, 10 for
    1,024.
    """
    tree, steps = grown(answers, shape, embedding_dim=1, hidden_dim=16, seed=seed), 128
    expected = expected_of(tree, text_of(steps, seed)[0].tolist(), shape, [steps - 1])
    text = long_stream(steps, seed)
    stream = begun(answers, tree)
    with counting():
        got = each(stream, "step", text)
    same(item(got, -1), expected[0], what="the logits of the last step")
    least = steps * a_fusion_a_level(tree, shape.levels)
    words = "{} one fusion per level and the output, at each of {} steps"

    def is_enough(work: Work) -> None:
        if work.flops > 1.01 * least:
            raise Mismatch(
                "a step does more work than one fusion per level; only one node per level is new",
                expected=words.format("what", steps),
                got=words.format(f"{work.flops / least:.2f} times what", steps),
                came=round(work.flops / least, 1),
            )

    worked(is_enough, got)


@pytest.mark.worth(0.25, "inputs")
@settings(max_examples=6)
@given(SHAPES, FLOATS, SEEDS)
def test_shape_and_dtype(answers: Answers, shape: Shape, dtype: torch.dtype, seed: int) -> None:
    """A step returns one vector of logits, (V,), in float32, or float64 if the tree is float64."""
    tree = grown(answers, shape, seed=seed)
    if dtype == torch.float32:
        to_dtype(tree, dtype)
    got = call(begun(answers, tree), 1, method="step")
    same(seen(lambda made: tuple(getattr(made, "shape", ())), got), (VOCABULARY,), what="the shape of the logits")
    same_dtype(got, dtype)


@pytest.mark.worth(0.25, "effects")
@settings(max_examples=6)
@given(SHAPES, st.booleans(), SEEDS)
def test_changes_nothing(answers: Answers, shape: Shape, training: bool, seed: int) -> None:
    """The tree's weights and statistics and the global random state do not change."""
    tree = grown(answers, shape, training=training, seed=seed)
    expected = expected_of(tree, [1], shape, [0])
    with leaves_the_tree(tree):
        stream = begun(answers, tree)
        with leaves_alone():
            same(call(stream, 1, method="step"), expected[0], what="the logits of step 1")
            call(stream, method="reset")
            call(stream, 2, method="step")
