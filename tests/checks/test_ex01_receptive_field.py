"""Exercise 1: integers of any size, compared with plain multiplication and lists of powers; no floats are involved.

Trees have up to 250 levels, few enough for an answer that goes up again for each of them; one of 2,000, or 5,000, is
more than a function can call itself.
"""

import math
from typing import NamedTuple

import pytest
from callers import AGAIN, LATER, overwritten
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.language import Answers, accepts, call, leaves_alone, now, raises, same

GROUPS = st.integers(2, 9)
SIZES = st.integers(1, 9)
LARGE = st.sampled_from([1, 10**17 + 1, 2**64 - 1, 3**200])


class Tree(NamedTuple):
    """The number of neighbours per fusion, and the number of levels."""

    group: int
    levels: int

    @property
    def field(self) -> int:
        """The number of characters that the top sees."""
        return math.prod([self.group] * self.levels)


@st.composite
def large_trees(draw: st.DrawFn, *, least_levels: int = 0) -> Tree:
    """Generate trees of any group whose receptive field has up to 3,000 bits."""
    group = draw(st.integers(2, 12) | st.sampled_from([97, 2**20, 2**64, 10**30 + 1]))
    return Tree(group, draw(st.integers(least_levels, min(250, 3000 // group.bit_length()))))


def powers(group: int) -> list[int]:
    """1, group, group * group, and on beyond a million."""
    return [Tree(group, levels).field for levels in range(21)]


@pytest.mark.worth(0.75, "field")
@given(st.integers(0, 7), GROUPS)
@example(0, 2)
@example(3, 2)
@settings(max_examples=10)
def test_field(answers: Answers, levels: int, group: int) -> None:
    """The receptive field is `group` times as large at each level, from 1 at level 0; `group` is 2 by default."""
    receptive_field = answers.ex01_receptive_field.receptive_field
    with leaves_alone():
        same(call(receptive_field, levels), 2**levels)
        same(call(receptive_field, levels, group=group), Tree(group, levels).field)


@pytest.mark.worth(0.75, "field", "exact")
@given(large_trees())
@example(Tree(2, 200))
@example(Tree(2, 5000))
def test_large_field(answers: Answers, tree: Tree) -> None:
    """The receptive field of a high tree is exact to the last digit, even with 5,000 levels."""
    same(call(answers.ex01_receptive_field.receptive_field, tree.levels, tree.group), tree.field)


@pytest.mark.worth(0.75, "depth")
def test_depth_joining_two(answers: Answers) -> None:
    """With a group of two, 1 character needs 0 levels, 8 need 3, 9 need 4 and 1,000 need 10."""
    with leaves_alone():
        # 3, 9 and 8 first: a level too many or too few, rounding, and a level too many for powers alone part there
        for context, levels in {3: 2, 9: 4, 8: 3, 1: 0, 2: 1, 4: 2, 5: 3, 1000: 10, 1024: 10, 1025: 11}.items():
            needed = call(answers.ex01_receptive_field.levels_needed, context)
            same(needed, levels, what=f"`levels_needed({context})`")


@pytest.mark.worth(1, "depth")
@given(st.integers(1, 300), GROUPS | st.just(1000))
@settings(max_examples=12)
def test_depth_of_any_group(answers: Answers, context: int, group: int) -> None:
    """A context needs the smallest number of levels whose receptive field covers it, for every `group`."""
    levels = sum(power < context for power in powers(group))
    same(call(answers.ex01_receptive_field.levels_needed, context, group=group), levels)


@pytest.mark.worth(1, "depth", "exact")
@given(large_trees(least_levels=2), st.sampled_from([-1, 0, 1]))
@example(Tree(3, 5), 0)
@example(Tree(5, 3), 0)
@example(Tree(2, 200), 1)
@example(Tree(2, 200), 0)
@example(Tree(2, 2000), 1)
def test_depth_around_a_power(answers: Answers, tree: Tree, beside: int) -> None:
    """A power of `group` needs as many levels as it has factors, and one character more needs one level more: exactly,
    as for 243 = 3**5, 125 = 5**3, 2**200 + 1 and 2**2000 + 1.
    """
    levels = tree.levels + (beside > 0)
    same(call(answers.ex01_receptive_field.levels_needed, tree.field + beside, tree.group), levels)


@pytest.mark.worth(1, "lengths")
@given(st.integers(0, 4), GROUPS)
@example(0, 2)
@settings(max_examples=10)
def test_lengths(answers: Answers, levels: int, group: int) -> None:
    """The lengths go from `context` down to 1, divided by `group` at each fusion: 8 gives [8, 4, 2, 1], 1 gives [1].
    Each call returns a new list.
    """
    level_lengths = answers.ex01_receptive_field.level_lengths
    with leaves_alone():
        same(call(level_lengths, 8), [8, 4, 2, 1])
        same(call(level_lengths, Tree(group, levels).field, group=group), powers(group)[: levels + 1][::-1])
    lengths = call(level_lengths, 8)
    same(call(level_lengths, 4), [4, 2, 1])
    same(now(lengths), [8, 4, 2, 1], what=LATER)
    overwritten(lengths, "made.clear()")
    same(call(level_lengths, 8), [8, 4, 2, 1], what=AGAIN)


@pytest.mark.worth(0.75, "lengths", "exact")
@given(large_trees())
@example(Tree(3, 5))
@example(Tree(2, 200))
@example(Tree(2, 2000))
def test_lengths_of_a_large_context(answers: Answers, tree: Tree) -> None:
    """The lengths of a large context are exact to the last digit, one before the first fusion and one after each."""
    lengths = [Tree(tree.group, level).field for level in range(tree.levels, -1, -1)]
    same(call(answers.ex01_receptive_field.level_lengths, tree.field, tree.group), lengths)


@pytest.mark.worth(0.75, "flat-weights", "exact")
@given(SIZES | LARGE, SIZES | LARGE, SIZES | LARGE)
@example(8, 24, 128)
@settings(max_examples=10)
def test_flat_weights(answers: Answers, context: int, embedding_dim: int, hidden_dim: int) -> None:
    """A single step reads context * embedding_dim numbers, and each of its hidden_dim outputs has one weight for each
    of them: 24,576 for a context of 8, embeddings of 24 and hidden vectors of 128.
    """
    expected = math.prod([context, embedding_dim, hidden_dim])
    with leaves_alone():
        same(call(answers.ex01_receptive_field.flat_weights, context, embedding_dim, hidden_dim), expected)


def weights_of(tree: Tree, embedding_dim: int, hidden_dim: int) -> int:
    """Compute one table of weights per level, from the bottom up."""
    count, read = 0, embedding_dim
    for _ in range(tree.levels):
        count, read = count + tree.group * read * hidden_dim, hidden_dim
    return count


@pytest.mark.worth(1, "tree-weights")
@given(st.integers(1, 4), SIZES, SIZES, GROUPS)
@example(2, 2, 3, 2)
@example(3, 24, 128, 2)
@settings(max_examples=12)
def test_tree_weights(answers: Answers, levels: int, embedding_dim: int, hidden_dim: int, group: int) -> None:
    """The first level of the tree reads `group` embeddings at a time, each later level reads `group` hidden vectors,
    and each level has one set of weights: 12 + 18 = 30 for a context of 4, embeddings of 2 and hidden vectors of 3.
    """
    tree_weights = answers.ex01_receptive_field.tree_weights
    two, any_group = Tree(2, levels), Tree(group, levels)
    with leaves_alone():
        same(call(tree_weights, two.field, embedding_dim, hidden_dim), weights_of(two, embedding_dim, hidden_dim))
        expected = weights_of(any_group, embedding_dim, hidden_dim)
        same(call(tree_weights, any_group.field, embedding_dim, hidden_dim, group=group), expected)


@pytest.mark.worth(0.5, "tree-weights")
@given(SIZES, SIZES, GROUPS)
@settings(max_examples=10)
def test_tree_of_no_level(answers: Answers, embedding_dim: int, hidden_dim: int, group: int) -> None:
    """A context of 1 needs no fusion, so the tree has no weights."""
    same(call(answers.ex01_receptive_field.tree_weights, 1, embedding_dim, hidden_dim, group), 0)


@pytest.mark.worth(0.75, "tree-weights", "exact")
@given(large_trees(least_levels=1), SIZES | LARGE, SIZES | LARGE)
@example(Tree(3, 5), 2, 3)
@example(Tree(2, 200), 24, 128)
@example(Tree(2, 2000), 24, 128)
@settings(max_examples=14)
def test_large_tree_weights(answers: Answers, tree: Tree, embedding_dim: int, hidden_dim: int) -> None:
    """The weights of a large tree are exact to the last digit."""
    tree_weights = answers.ex01_receptive_field.tree_weights
    expected = weights_of(tree, embedding_dim, hidden_dim)
    same(call(tree_weights, tree.field, embedding_dim, hidden_dim, tree.group), expected)


# What is refused: where two arguments are wrong, the message may name either of them. All of them wrong comes first:
# that fails only where nothing is looked at. Of groups a negative one comes first, because an answer that lets it pass
# returns something; with a group of 1 it may climb for ever.


@pytest.mark.worth(0.1, "refuses", kind="errors")
def test_field_refuses(answers: Answers) -> None:
    """`levels` below 0 or a `group` below 2 raises a ValueError whose message includes the argument and its value,
    whatever the other argument is.
    """
    receptive_field = answers.ex01_receptive_field.receptive_field
    accepts(receptive_field, 1, 2)
    raises(ValueError, receptive_field, -4, 1, values=[-4, 1])
    for levels in (-1, -7):
        raises(ValueError, receptive_field, levels, naming=["levels"], values=[levels])
        raises(ValueError, receptive_field, levels, 3, naming=["levels"], values=[levels])
    for levels, group in ((3, -3), (3, 1), (3, 0), (0, 1), (0, -2)):
        raises(ValueError, receptive_field, levels, group, naming=["group"], values=[group])


@pytest.mark.worth(0.1, "refuses", kind="errors")
def test_depth_refuses(answers: Answers) -> None:
    """A `context` below 1 or a `group` below 2 raises a ValueError whose message includes the argument and its value,
    whatever the other argument is.
    """
    levels_needed = answers.ex01_receptive_field.levels_needed
    accepts(levels_needed, 2, 2)
    raises(ValueError, levels_needed, -4, 1, values=[-4, 1])
    for context in (0, -5):
        raises(ValueError, levels_needed, context, naming=["context"], values=[context])
        raises(ValueError, levels_needed, context, 3, naming=["context"], values=[context])
    for context, group in ((9, -3), (1, 1), (1, 0), (8, 1), (8, 0)):
        raises(ValueError, levels_needed, context, group, naming=["group"], values=[group])


@pytest.mark.worth(0.1, "refuses", kind="errors")
def test_lengths_refuse(answers: Answers) -> None:
    """A `context` below 1 or a `group` below 2 raises a ValueError whose message includes the argument and its value,
    whatever the other argument is, for example in `level_lengths(6, group=1)`.
    """
    level_lengths = answers.ex01_receptive_field.level_lengths
    accepts(level_lengths, 2, group=2)
    raises(ValueError, level_lengths, -4, group=0, values=[-4, 0])
    for context in (0, -4):
        raises(ValueError, level_lengths, context, naming=["context"], values=[context])
        raises(ValueError, level_lengths, context, 3, naming=["context"], values=[context])
    for context, group in ((9, -3), (4, -2), (1, 1), (1, 0), (1, -2)):
        raises(ValueError, level_lengths, context, group, naming=["group"], values=[group])
    for context, group in ((6, -2), (6, 1), (8, 0)):  # 6 is not a power of the group either
        raises(ValueError, level_lengths, context, group=group, values=[context, group])


@pytest.mark.worth(0.1, "refuses", kind="errors")
def test_flat_weights_refuse(answers: Answers) -> None:
    """A `context` or a dimension below 1 raises a ValueError whose message includes the argument and its value."""
    flat_weights = answers.ex01_receptive_field.flat_weights
    accepts(flat_weights, 1, 1, 1)
    raises(ValueError, flat_weights, -2, -3, -5, values=[-2, -3, -5])
    for wrong in (0, -2):
        raises(ValueError, flat_weights, wrong, 24, 128, naming=["context"], values=[wrong])
        raises(ValueError, flat_weights, 8, wrong, 128, naming=["embedding_dim"], values=[wrong])
        raises(ValueError, flat_weights, 8, 24, wrong, naming=["hidden_dim"], values=[wrong])


@pytest.mark.worth(0.1, "refuses", kind="errors")
def test_tree_weights_refuse(answers: Answers) -> None:
    """A `context` or a dimension below 1, or a `group` below 2, raises a ValueError whose message includes the argument
    and its value, whatever the other arguments are, even for a context of 1, whose tree has no weights.
    """
    tree_weights = answers.ex01_receptive_field.tree_weights
    accepts(tree_weights, 2, 1, 1, group=2)
    raises(ValueError, tree_weights, -4, -3, -5, group=0, values=[-4, -3, -5, 0])
    for context, wrong in ((8, -2), (8, 0), (1, -2), (1, 0)):
        raises(ValueError, tree_weights, context, wrong, 128, naming=["embedding_dim"], values=[wrong])
        raises(ValueError, tree_weights, context, 24, wrong, naming=["hidden_dim"], values=[wrong])
    for context in (0, -4):
        raises(ValueError, tree_weights, context, 24, 128, naming=["context"], values=[context])
    for context, group in ((9, -3), (1, -2), (1, 1), (1, 0)):
        raises(ValueError, tree_weights, context, 24, 128, group, naming=["group"], values=[group])
    for context, embedding_dim, hidden_dim, group in (
        (6, -3, 128, 2),
        (6, 24, 128, 1),
        (-4, 24, -3, 2),
    ):
        wrong_ones = [context, *(size for size in (embedding_dim, hidden_dim) if size < 1), *[group] * (group < 2)]
        raises(ValueError, tree_weights, context, embedding_dim, hidden_dim, group=group, values=wrong_ones)


NO_POWERS = st.sampled_from(
    [(context, group) for group in range(2, 10) for context in range(2, 201) if context not in powers(group)]
)


@pytest.mark.worth(0.25, "powers", kind="errors")
@given(NO_POWERS)
@example((3, 2))
@example((6, 2))
@example((12, 2))
@example((8, 4))  # a power of two and a divisor of 16, but none of 1, 4, 16
@settings(max_examples=10)
def test_lengths_refuse_what_is_no_power(answers: Answers, drawn: tuple[int, int]) -> None:
    """In `level_lengths`, a context that is not a power of `group`, such as 2**200 + 1, raises a ValueError whose
    message includes `context` and its value.
    """
    level_lengths, (context, group) = answers.ex01_receptive_field.level_lengths, drawn
    accepts(level_lengths, group, group)
    raises(ValueError, level_lengths, context, group, naming=["context"], values=[context])
    raises(ValueError, level_lengths, 2**200 + 1, naming=["context"])
    raises(ValueError, level_lengths, 3**50 - 1, group=3, naming=["context"])


@pytest.mark.worth(0.25, "powers", kind="errors")
@given(NO_POWERS, SIZES)
@example((3, 2), 1)
@example((6, 2), 1)
@example((12, 2), 1)
@example((8, 4), 1)
def test_tree_weights_refuse_what_is_no_power(answers: Answers, drawn: tuple[int, int], size: int) -> None:
    """In `tree_weights`, a context that is not a power of `group`, such as 2**200 + 1, raises a ValueError whose
    message includes `context` and its value.
    """
    tree_weights, (context, group) = answers.ex01_receptive_field.tree_weights, drawn
    accepts(tree_weights, group, size, size + 1, group)
    raises(ValueError, tree_weights, context, size, size + 1, group, naming=["context"], values=[context])
    raises(ValueError, tree_weights, 2**200 + 1, size, size + 1, naming=["context"])
    raises(ValueError, tree_weights, 3**50 - 1, size, size + 1, group=3, naming=["context"])
