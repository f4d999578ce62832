"""Why checks did not pass: what to explain first, and the full explanation of one check. Used by every report."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.base.results import HURRIED, Cause, CheckResult, ExerciseResult

SIGNS = {"passed": "✓", "failed": "✗", "error": "✗", "timeout": "✗", "blocked": "–", "not_started": "·"}
MOST_PRINTED = 12  # lines of what an answer printed
_AS_IT_STANDS = ("passed", "not_started")


@dataclass(frozen=True)
class Explanation:
    """The explanation of a check that did not pass; missing parts are None.

    Attributes:
        references: the earlier exercises for which it was tried with the reference solution.
        calls: what the example is: the smallest call that shows it, or one that did not end.
        example: the example, as Python.
        expected: the expected result, if it is shown next to the actual one.
        got: the actual result.
        difference: one line: where the two part, or what went wrong.
        code: the learner's own lines.
        printed: the end of what the answer printed.
        cause: the known mistake behind it.
    """

    references: tuple[str, ...]
    calls: str
    example: str | None
    expected: str | None
    got: str | None
    difference: str | None
    code: str | None
    printed: str | None
    cause: Cause | None


def explanation(result: CheckResult) -> Explanation:
    """Explain a check that did not pass."""
    found = result.finding
    compared = found.status == "failed" and found.expected is not None and found.got is not None
    return Explanation(
        references=result.stands_on,
        calls="The call that did not finish" if found.status == "timeout" else "The smallest call that shows it",
        example=found.example,
        expected=found.expected if compared else None,
        got=found.got if compared else None,
        difference=found.difference,
        code=found.traceback,
        printed=printed(result),
        cause=result.cause,
    )


def printed(result: CheckResult) -> str | None:
    """Return the end of what the answer printed; None if it printed nothing."""
    text = result.finding.printed
    return "\n".join(text.rstrip().splitlines()[-MOST_PRINTED:]) if text else None


def wrong(exercise: ExerciseResult) -> list[CheckResult]:
    """List the checks that did not pass, with the one to explain first at the front.

    What should come out before what should be left alone, and error handling last; an error that the learner's code
    raises on purpose is hardly ever what is wrong. Among equals a known cause comes first, then the smallest example.
    """
    return sorted((check for check in exercise.checks if check.finding.status not in _AS_IT_STANDS), key=_importance)


def _importance(result: CheckResult) -> tuple[bool, bool, bool, bool, bool, bool, int]:
    found = result.finding
    on_purpose = found.observation is not None and found.observation.get("words") == "its own"
    effects = "effects" in result.check.contract
    hurried = HURRIED in (found.difference or "")  # the one that timed out before says more
    length = len(found.example or "")
    return result.check.errors, effects, on_purpose, result.cause is None, not found.example, hurried, length


def state(exercise: ExerciseResult) -> str:
    """Return the state of an exercise in words: "failed", "begun", or "works" if only error handling is missing."""
    if {check.finding.status for check in exercise.checks} == {"passed", "not_started"}:
        return "begun"
    left = errors_left(exercise)
    if left:
        return f"works; {left} {'rule' if left == 1 else 'rules'} of error handling left"
    return exercise.status.replace("_", " ")


def errors_left(exercise: ExerciseResult) -> int:
    """Return the number of failing error handling checks if all others pass; else 0."""
    failing: Sequence[CheckResult] = [check for check in exercise.checks if check.finding.status != "passed"]
    return len(failing) if all(check.check.errors for check in failing) else 0
