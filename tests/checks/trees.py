"""Trees of exercise 8 that checks pass to an answer: sizes, weights, and checks that they stay unchanged."""

import contextlib
from collections.abc import Iterator
from typing import NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

from grader.language import (
    Answers,
    Handle,
    attribute,
    build,
    do,
    given,
    same,
    seen,
    state,
    state_of,
    to_dtype,
    train,
)

VOCABULARY = 5


class Shape(NamedTuple):
    """The number of neighbours per fusion, and the number of levels."""

    group: int
    levels: int

    @property
    def context(self) -> int:
        """The number of characters that the root sees."""
        return self.group**self.levels


ONE_LEVEL = st.builds(Shape, st.integers(2, 4), st.just(1))
PAIRS = st.builds(Shape, st.just(2), st.integers(2, 4))
LARGER_GROUPS = st.sampled_from([Shape(3, 2), Shape(4, 2), Shape(3, 3), Shape(5, 2)])
SHAPES = st.sampled_from([Shape(2, 1), Shape(2, 2), Shape(2, 3), Shape(3, 1), Shape(3, 2), Shape(4, 2)])
# What a fusion costs is large beside what else an answer may do with matrices, such as a look-up by one-hot vectors.
COSTLY = st.sampled_from([Shape(2, 4), Shape(2, 5), Shape(3, 3)])


def grown(
    answers: Answers,
    shape: Shape,
    *,
    embedding_dim: int = 2,
    hidden_dim: int = 3,
    normalize: bool = True,
    training: bool = False,
    seed: int = 0,
) -> Handle:
    """Make a tree in float64 with weights and running statistics as after some training."""
    tree = build(
        answers.ex08_tree.FusionTree, VOCABULARY, shape.context, embedding_dim, hidden_dim, shape.group, normalize
    )
    to_dtype(tree, torch.float64)
    train(tree, training)
    fan_in = shape.group * max(embedding_dim, hidden_dim)
    train_further(tree, seed, 1 if fan_in <= 16 else round(4 / fan_in**0.5, 2))
    return tree


def train_further(tree: Handle, seed: int, largest: float = 1) -> None:
    """Draw all weights of `tree` again, in the order of their names, not of the answer's lines, and change the running
    statistics.

    Args:
        tree: named `tree` in the example.
        seed: of the weights.
        largest: weight; the more neighbours are fused, the smaller, so that no tanh is saturated.
    """
    do(
        [
            f"for _, p in sorted(tree.named_parameters()): nn.init.uniform_(p, -{largest}, {largest})",
            "[b.add_(1) for n, b in tree.named_buffers() if '.running_' in n]",
        ],
        seed=seed,
        fills=tree,
    )


@contextlib.contextmanager
def leaves_the_tree(tree: Handle) -> Iterator[None]:
    """Expect that the block changes no parameter and no buffer of the tree."""

    def parts() -> dict[str, Tensor]:
        found: dict[str, Tensor] = seen(lambda told: state_of(told).state_dict, state(tree))
        return found

    before = parts()
    yield
    after = parts()
    same(sorted(after), sorted(before), what="the names in the tree's `state_dict`")
    for name, value in before.items():
        same(after[name], value, what=f"the tree's `{name}`")


def a_fusion_a_level(tree: Handle, levels: int) -> int:
    """Count the floating point operations of one fusion per level and the output, as torch counts them."""
    maps = [*(f"levels.{number}.linear.weight" for number in range(levels)), "output.weight"]
    return sum(2 * seen(lambda weight: weight.numel(), attribute(tree, path, Tensor)) for path in maps)


def text_of(length: int, seed: int) -> Tensor:
    """Make one text, int64 (1, length), without token 0, so that padding is visible."""
    return torch.randint(1, VOCABULARY, (1, length), generator=torch.Generator().manual_seed(seed))


def long_text(length: int, seed: int) -> Handle:
    """Make the same text for the answer. Examples show its name, because it is too long to print."""
    made = f"torch.randint(1, {VOCABULARY}, (1, {length}), generator=torch.Generator().manual_seed({seed}))"
    return given("tokens", made)


def long_stream(length: int, seed: int) -> Handle:
    """Make the tokens of such a text one after another, also shown by name."""
    made = f"torch.randint(1, {VOCABULARY}, ({length},), generator=torch.Generator().manual_seed({seed})).tolist()"
    return given("stream_of_tokens", made)
