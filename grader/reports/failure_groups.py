"""Groups failing checks of an exercise by cause. Writes no text."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.base.results import Cause, CheckResult, ExerciseResult
from grader.reports import explanation

MOST_STEPS = 3


@dataclass(frozen=True)
class Group:
    """Checks that fail for one known cause, or with the same message; the first one is shown in full."""

    checks: tuple[CheckResult, ...]
    cause: Cause | None = None

    @property
    def first(self) -> CheckResult:
        """The check whose example is shown."""
        return next((check for check in self.checks if check.finding.example), self.checks[0])

    @property
    def lost(self) -> float:
        """The points of the checks."""
        return sum(check.check.points for check in self.checks)


@dataclass(frozen=True)
class Explained:
    """An exercise for feedback.

    Attributes:
        groups: the failing checks; hidden ones are not among them.
        hidden: the hidden checks that do not pass.
        not_started: checks of what is not written yet.
        references: the exercises whose references stood in, and for how many checks.
    """

    groups: tuple[Group, ...]
    hidden: tuple[CheckResult, ...]
    not_started: tuple[CheckResult, ...]
    references: tuple[str, ...]
    with_references: int


def explained(exercise: ExerciseResult) -> Explained:
    """Group an exercise's checks for feedback."""
    groups: dict[tuple[str, str], list[CheckResult]] = {}
    hidden, not_started = [], []
    waiting = [check for check in exercise.checks if check.finding.status == "not_started"]
    for check in [*explanation.wrong(exercise), *waiting]:
        status = check.finding.status
        if check.check.hidden:
            hidden.append(check)
        elif status == "not_started":
            not_started.append(check)
        else:
            key = ("cause", check.cause.name) if check.cause else ("says", check.finding.difference or check.check.name)
            groups.setdefault(key, []).append(check)
    on_references = [check for check in exercise.checks if check.stands_on]
    return Explained(
        tuple(Group(tuple(checks), checks[0].cause) for checks in groups.values()),
        tuple(hidden),
        tuple(not_started),
        tuple(sorted({name for check in on_references for name in check.stands_on})),
        len(on_references),
    )


def next_steps(exercises: Sequence[ExerciseResult]) -> list[tuple[ExerciseResult, str]]:
    """List the first unfinished exercises, with a sentence on what to do."""
    steps: list[tuple[ExerciseResult, str]] = []
    for exercise in exercises:
        if exercise.passed or len(steps) == MOST_STEPS:
            continue
        told = explained(exercise)
        hint = f"`grade hint {int(exercise.name[2:4])}` helps"
        if exercise.status == "not_started":
            steps.append((exercise, f"It is not started. {hint}."))
        elif exercise.problem:
            steps.append((exercise, f"Make the file run first: {exercise.problem.rstrip('.')}."))
        elif told.groups:
            cause = told.groups[0].cause
            advice = cause.advice if cause else ""
            rule = told.groups[0].first.check.rule.rstrip(".")
            steps.append((exercise, advice or f"Start with this rule: {rule}. {hint}."))
    return steps
