"""Trees of exercise 8 that checks hand to an answer: their sizes, their weights, and what they must be left as."""

import contextlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

from grader.answers.local_answers import Answers
from grader.answers.random_state import torch_seeded
from grader.language.vocabulary import RECORD, build, given, same

VOCABULARY = 5


class Shape(NamedTuple):
    """How many neighbours a tree fuses at each level, and how many levels it has."""

    group: int
    levels: int

    @property
    def context(self) -> int:
        """The characters that the root sees."""
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
) -> Any:
    """A tree in float64 whose weights and running statistics are as after some training."""
    tree = build(
        answers.ex08_tree.FusionTree, VOCABULARY, shape.context, embedding_dim, hidden_dim, shape.group, normalize
    )
    tree.double().train(training)
    form = f"{RECORD.words(tree)}.double()" + ("" if training else ".eval()")
    RECORD.add(lambda _: [form])
    train_further(tree, seed)
    return tree


def train_further(tree: Any, seed: int) -> None:
    """Draw all weights and running statistics anew, by name: the order in which an answer drew its own plays no part.

    Weights that keep each sum of the order of 1, so that no tanh is saturated, however many neighbours are fused.
    """
    words = RECORD.words(tree)
    lines = [
        f"torch.manual_seed({seed})",
        f"for _, p in sorted({words}.named_parameters()): p.data.uniform_(-2, 2).div_(p.shape[-1] ** 0.5)",
        f"for n, b in sorted({words}.named_buffers()): b.uniform_(0.5, 1.5) if '.running_' in n else None",
    ]
    with torch_seeded(seed):
        for _, parameter in sorted(tree.named_parameters()):
            parameter.data.uniform_(-2, 2).div_(parameter.shape[-1] ** 0.5)
        for name, buffer in sorted(tree.named_buffers()):
            if ".running_" in name:
                buffer.uniform_(0.5, 1.5)
    RECORD.add(lambda _: lines)


@contextlib.contextmanager
def leaves_the_tree(tree: Any) -> Iterator[None]:
    """Expect that the block changes no parameter and no buffer of the tree."""
    before = {name: value.clone() for name, value in tree.state_dict().items()}
    yield
    after = tree.state_dict()
    same(sorted(after), sorted(before), what="the names in the tree's `state_dict`")
    for name, value in before.items():
        same(after[name], value, what=f"the tree's `{name}`")


def a_fusion_a_level(tree: Any) -> int:
    """The floating point operations that one fusion on each level and the output take, as torch counts them."""
    maps = [*(level.linear for level in tree.levels), tree.output]
    return sum(2 * linear.weight.numel() for linear in maps)


def long_text(length: int, seed: int) -> Tensor:
    """One text, int64 (1, length), none of them 0: padding would show. An example names it: it is too long to write."""
    made = f"torch.randint(1, {VOCABULARY}, (1, {length}), generator=torch.Generator().manual_seed({seed}))"
    text = torch.randint(1, VOCABULARY, (1, length), generator=torch.Generator().manual_seed(seed))
    return given(text, "tokens", made)


def long_stream(length: int, seed: int) -> list[int]:
    """The tokens of such a text one after the other, named too."""
    text = long_text(length, seed)
    listed: list[int] = text[0].tolist()
    return given(listed, "stream_of_tokens", f"{RECORD.words(text)}[0].tolist()")
