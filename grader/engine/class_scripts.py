"""The scripts of a check, built once for many answers: the steps to run, and the expected outcomes.

A check is run on the reference solutions, and its steps are recorded with the questions of its comparisons. Each answer
then runs the same steps, sent as one frame, and the recorded questions are checked. If one fails, the check itself runs
on the received outcomes and fails as it would have failed on the answer. The answer is asked again only if the check
takes another path than for the references.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from grader.answers import protocol, wire
from grader.answers.plain_values import unchanged
from grader.answers.protocol import Example, Numbered, Reply
from grader.answers.runners import AnswerRunner, LocalRunner, Runner
from grader.answers.steps import Outcome
from grader.engine import pytest_plugin
from grader.engine.example_search import Failure
from grader.engine.observation import alike, observed
from grader.language.script import SCRIPT, Script

_NEEDED = ("build", "part", "mode")  # their outcomes are needed to report a failing example


@dataclass(frozen=True)
class CheckScript:
    """All examples of a check for one seed.

    Attributes:
        frame: the request, as it goes to a worker.
        examples: the same as data.
        questions: of each example, what comparisons ask of the outcomes of some steps.
    """

    frame: bytes
    examples: tuple[Example, ...]
    questions: tuple[tuple[tuple[tuple[int, ...], Callable[..., object]], ...], ...]

    def is_passed(self, replies: Sequence[Reply]) -> bool:
        """Return whether all outcomes are as expected."""
        return all(map(_is_as_asked, self.examples, self.questions, replies))


def _is_as_asked(
    example: Example, questions: Sequence[tuple[tuple[int, ...], Callable[..., object]]], reply: Reply
) -> bool:
    if len(reply.outcomes) < len(example.steps) or _ended(reply.outcomes, example):
        return False
    try:
        for numbers, question in questions:
            question(*(reply.outcomes[number] for number in numbers))
    except BaseException:  # a mismatch, or whatever the answer raised (SystemExit): the check itself will report it
        return False
    return True


def _ended(outcomes: Sequence[Outcome], example: Example) -> bool:
    return any(protocol.ends(outcome, each.step) for outcome, each in zip(outcomes, example.steps, strict=True))


def put_together(item: pytest.Item, runner: LocalRunner) -> CheckScript | None:
    """Record the scripts of a check for a seed; None if it draws its own inputs or the references fail it.

    Args:
        item: the check, seeded.
        runner: of the references.
    """
    if not pytest_plugin.runs_alone(item):
        return None
    kept: list[Script] = []
    search = item.stash[pytest_plugin.SEARCH]
    search.on_passed = lambda: kept.append(SCRIPT.snapshot())
    try:
        failure, _ = pytest_plugin.run_check(item, runner)
        if failure is not None:
            return None
        examples = tuple(map(_example, kept))
        questions = tuple(tuple(script.questions) for script in kept)
        return CheckScript(protocol.script_frame(examples), examples, questions)
    except wire.Unsendable:
        return None
    finally:
        search.on_passed = lambda: None
        search.begin(None)


def _example(script: Script) -> Example:
    wanted = {number for numbers, _ in script.questions for number in numbers}
    wanted |= {each.number for each in script.steps if each.step.operation in _NEEDED}
    return Example(tuple(script.steps), script.seed, frozenset(wanted))


def passes_alone(script: Script, runner: AnswerRunner) -> bool:
    """Return whether an example that failed passes on freshly imported answers: then an earlier call is to blame.

    Args:
        script: of the example, up to the question that failed.
        runner: of the answer.
    """
    example = Example(tuple(script.steps), script.seed)
    reply = runner.run(example.steps, script.seed, alone=True)
    # A check may also fail by what it computes from the answers to its questions: then the outcomes are the same.
    looked_at = {number for numbers, _ in script.questions for number in numbers} | {script.failed_at}
    both = enumerate(zip(script.outcomes, reply.outcomes, strict=False))
    as_before = all(_are_alike(*pair) for number, pair in both if number in looked_at)
    return not as_before and _is_as_asked(example, script.questions, reply)


def _are_alike(one: Outcome, other: Outcome) -> bool:
    same_error = type(one.error).__name__ == type(other.error).__name__  # each error from a worker has its own class
    return same_error and alike(observed(one.value), observed(other.value))


class Diverged(BaseException):
    """A check runs other steps than for the references."""


class ReplayRunner:
    """Gives a check the outcomes that are already there.

    Args:
        examples: what was run.
        replies: what came of it.
    """

    at_once = False

    def __init__(self, examples: Sequence[Example], replies: Sequence[Reply]) -> None:
        self._pairs = list(zip(examples, replies, strict=True))
        self._at, self._ran = -1, 0

    def run(self, steps: Sequence[Numbered], seed: int | None) -> Reply:
        """Return the outcomes of these steps.

        Raises:
            Diverged: they are not those that were run.
        """
        if seed is not None:
            self._at, self._ran = self._at + 1, 0
        if self._at >= len(self._pairs):
            raise Diverged
        example, reply = self._pairs[self._at]
        known = example.steps[self._ran : self._ran + len(steps)]
        if len(known) < len(steps) or not all(map(_are_the_same, steps, known)):
            raise Diverged
        outcomes = reply.outcomes[self._ran : self._ran + len(steps)]
        printed = "" if self._ran else reply.printed
        self._ran += len(steps)
        return Reply(outcomes, printed)


def _are_the_same(one: Numbered, other: Numbered) -> bool:
    a, b = one.step, other.step
    plain = (one.number, a.operation, a.target, a.name, a.seed, a.may_raise, a.watched, a.counted)
    return (
        plain == (other.number, b.operation, b.target, b.name, b.seed, b.may_raise, b.watched, b.counted)
        and a.kwargs.keys() == b.kwargs.keys()
        and unchanged((a.args, a.kwargs), (b.args, b.kwargs))
    )


def run(item: pytest.Item, runner: Runner, replay: ReplayRunner) -> tuple[Failure | None, float]:
    """Run a check on received outcomes, and on the answer itself if it takes another path."""
    failure, seconds = pytest_plugin.run_check(item, replay)
    if failure is not None and not isinstance(failure.raised, Diverged):
        return failure, seconds
    return pytest_plugin.run_check(item, runner)
