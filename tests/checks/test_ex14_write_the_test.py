"""Exercise 14: the learner's checker judges right and wrong classes with new names, in an order that depends on the
seed.

The wrong classes of each kind include a right one, and the right ones include a wrong one: a checker that rejects
everything, or nothing, earns no points.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pytest
from flatten_classes import ECHO, NAME, PLAIN, RIGHT, WRONG, Candidate

from grader.answers.steps import Outcome
from grader.base import values_as_text
from grader.language import (
    Answers,
    Handle,
    Mismatch,
    came_of,
    defined,
    leaves_alone,
    refused,
    run_seed,
    show_only,
)

ACCEPTED, REFUSED = "None", "AssertionError"
MOST_NAMED = 2  # classes in the line that says what is wrong


@dataclass(frozen=True)
class Verdict:
    """What comes out of the learner's checker for a class.

    Attributes:
        came: None, AssertionError, another error as text, or `returns False`.
        words: the same, with the words that the learner gave an error; they are shown but never compared.
    """

    came: str
    words: str


def as_verdict(outcome: Outcome) -> Verdict:
    """A verdict of what came."""
    if outcome.error is None:
        words = values_as_text.value(outcome.value)
        return Verdict(ACCEPTED if outcome.value is None else f"returns {words}", words)
    words = values_as_text.error(outcome.error)
    return Verdict(REFUSED if isinstance(outcome.error, AssertionError) else words, words)


def tried(answers: Answers, candidate: Candidate) -> Handle:
    """Run the learner's checker on a class. An example describes what the class does, without showing its code."""
    cls = defined(NAME, candidate.text(run_seed()), f"# a class that {candidate.does}")
    return refused(answers.ex14_write_the_test.check_flatten_consecutive, cls)


def told_apart(answers: Answers, right: Sequence[Candidate], wrong: Sequence[Candidate]) -> None:
    """Expect None for each right class and AssertionError for each wrong one. All are judged before the first failure
    is reported, so that the report does not depend on the order.
    """
    wanted = dict.fromkeys(right, ACCEPTED) | dict.fromkeys(wrong, REFUSED)
    judged = {candidate: tried(answers, candidate) for candidate in shuffled(wanted)}
    came = {candidate: came_of(lambda outcome: as_verdict(outcome).came, made) for candidate, made in judged.items()}
    failed = [candidate for candidate in wanted if came[candidate] != wanted[candidate]]
    if failed:
        show_only(judged[failed[0]])  # what a learner is shown is one call
        sentences = [misjudged(candidate, came[candidate]) for candidate in failed]
        got = came_of(as_verdict, judged[failed[0]])
        error = came_of(lambda outcome: outcome.error, judged[failed[0]])
        rest = sentences[MOST_NAMED:]
        more = [f"{len(rest)} more classes are judged wrongly"] if rest[1:] else rest
        difference = "; ".join([*sentences[:MOST_NAMED], *more])
        raise Mismatch(difference, expected=wanted[failed[0]], got=got.words, came=[got.came, *sentences]) from error


def shuffled(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Shuffle with the seed of the run, so that the position of a class gives nothing away."""
    order = list(candidates)
    random.Random(run_seed()).shuffle(order)
    return order


def misjudged(candidate: Candidate, came: str) -> str:
    """Describe in words what is wrong with a verdict."""
    if came == ACCEPTED:
        return f"it accepts a class that {candidate.does}"
    if came == REFUSED:
        return f"it rejects a right class, one that {candidate.does}"
    does = came if came.startswith("returns ") else f"raises {came.partition(':')[0]}"
    return f"it {does} for a class that {candidate.does}"


def kind_is_caught(answers: Answers, kind: str) -> None:
    """Expect AssertionError for all wrong classes of a kind, and None for a plain right one among them."""
    told_apart(answers, [PLAIN], WRONG[kind])


@pytest.mark.worth(0.5, "right")
def test_right_classes_that_move_axes(answers: Answers) -> None:
    """The checker returns None for every right class that splits, moves or merges axes, and rejects one that returns x
    unchanged.
    """
    told_apart(answers, RIGHT["axes"], [ECHO])


@pytest.mark.worth(0.5, "right")
def test_right_classes_that_join_pieces(answers: Answers) -> None:
    """The checker returns None for every right class that takes x apart and joins the pieces, and rejects one that
    returns x unchanged.
    """
    told_apart(answers, RIGHT["pieces"], [ECHO])


@pytest.mark.worth(0.5, "right")
def test_right_classes_with_ways_of_their_own(answers: Answers) -> None:
    """The checker returns None for every right class with an unusual approach (a matrix, shortcuts, a subclass of
    ValueError), and rejects one that returns x unchanged.
    """
    told_apart(answers, RIGHT["own"], [ECHO])


@pytest.mark.worth(1, "order")
def test_values_in_another_order(answers: Answers) -> None:
    """The checker rejects every class that puts values in another order: interleaved, reversed, or joined across
    halves.
    """
    kind_is_caught(answers, "order")


@pytest.mark.worth(0.5, "position")
def test_right_at_one_position_only(answers: Answers) -> None:
    """The checker rejects every class that is right at only one output position."""
    kind_is_caught(answers, "position")


@pytest.mark.worth(0.5, "mode")
def test_right_in_one_mode_only(answers: Answers) -> None:
    """The checker rejects every class that is right only in training mode or only in evaluation mode."""
    kind_is_caught(answers, "mode")


@pytest.mark.worth(0.5, "batch-of-one")
def test_batch_of_one(answers: Answers) -> None:
    """The checker rejects every class that drops the axis of a batch of one or raises an error for such a batch."""
    kind_is_caught(answers, "batch-of-one")


@pytest.mark.worth(0.5, "one-left")
def test_one_group_left(answers: Answers) -> None:
    """The checker rejects every class that is wrong if one group remains."""
    kind_is_caught(answers, "one-left")


@pytest.mark.worth(0.5, "groups")
def test_other_groups_than_two(answers: Answers) -> None:
    """The checker rejects every class that is wrong for groups other than 2."""
    kind_is_caught(answers, "groups")


@pytest.mark.worth(0.5, "remainder")
def test_remainder(answers: Answers) -> None:
    """The checker rejects every class that raises no ValueError if T is not a multiple of `group`."""
    kind_is_caught(answers, "remainder")


@pytest.mark.worth(0.5, "invalid")
def test_invalid_arguments(answers: Answers) -> None:
    """The checker rejects every class that accepts a group below 1 or an x that is not 3-D, or that raises a different
    error for them.
    """
    kind_is_caught(answers, "invalid")


@pytest.mark.worth(0.5, "strides")
def test_non_contiguous_input(answers: Answers) -> None:
    """The checker rejects every class that is wrong, or fails, for non-contiguous input."""
    kind_is_caught(answers, "strides")


@pytest.mark.worth(0.5, "dtype")
def test_dtype(answers: Answers) -> None:
    """The checker rejects every class whose result has a different dtype than x, or that fails for a dtype."""
    kind_is_caught(answers, "dtype")


@pytest.mark.worth(0.5, "gradient")
def test_gradient(answers: Answers) -> None:
    """The checker rejects every class that cuts x, or a part of it, off from its gradient."""
    kind_is_caught(answers, "gradient")


@pytest.mark.worth(0.5, "argument")
def test_argument_changed(answers: Answers) -> None:
    """The checker rejects every class that changes its argument."""
    kind_is_caught(answers, "argument")


@pytest.mark.worth(0.5, "state")
def test_state_between_calls(answers: Answers) -> None:
    """The checker rejects every class whose result depends on earlier calls."""
    kind_is_caught(answers, "state")


@pytest.mark.worth(0.5, "random")
def test_global_random_state(answers: Answers) -> None:
    """The checker rejects every class that touches a global random state: torch's, NumPy's or Python's."""
    kind_is_caught(answers, "random")


@pytest.mark.worth(0.5, "module")
def test_no_module(answers: Answers) -> None:
    """The checker rejects every class that is not an `nn.Module`, even if it behaves like one."""
    kind_is_caught(answers, "module")


@pytest.mark.worth(0.5, "effects")
def test_leaves_the_global_random_state_alone(answers: Answers) -> None:
    """The checker draws its inputs from its own generator and does not touch the global random state."""
    for candidate, wanted in ((PLAIN, ACCEPTED), (ECHO, REFUSED)):
        with leaves_alone():
            judged = tried(answers, candidate)
        came = came_of(lambda outcome: as_verdict(outcome).came, judged)
        if came != wanted:
            got = came_of(as_verdict, judged)
            raise Mismatch(misjudged(candidate, came), expected=wanted, got=got.words, came=got.came)
