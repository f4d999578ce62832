"""What a run of the checks found, as plain values, and their JSON form (`result.schema.json`). No printing."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import grader

CheckStatus = Literal["passed", "failed", "error", "timeout", "blocked", "not_started"]
ExerciseStatus = Literal["passed", "failed", "not_started", "error", "blocked"]


@dataclass(frozen=True)
class Finding:
    """What one run of one check found out about the answer.

    Attributes:
        example: the smallest failing call, as Python.
        expected: what should have come back.
        got: what came back.
        difference: one line: where the two part, or what went wrong.
        traceback: the learner's own lines, the innermost last.
        where: file and line of the learner's code to look at first, `ex05_flatten_consecutive.py:31`.
        printed: the end of what the answer printed during this call.
        observation: what the check saw, as data to compare known mistakes with (`feedback.observation`).
        at_import: whether the file's import went wrong, and so every check with it.
    """

    status: CheckStatus
    seconds: float = 0.0
    example: str | None = None
    expected: str | None = None
    got: str | None = None
    difference: str | None = None
    traceback: str | None = None
    where: str | None = None
    printed: str | None = None
    observation: dict[str, Any] | None = None
    at_import: bool = False


@dataclass(frozen=True)
class Cause:
    """A known mistake that behaves as the answer does: its name, what goes wrong, why it looks right, what to try."""

    name: str
    says: str
    looks_right: str
    advice: str


@dataclass(frozen=True)
class Check:
    """One check: its name, the rule that the learner reads, what it earns and which contract lines it proves."""

    name: str
    rule: str
    points: float
    contract: tuple[str, ...]


@dataclass(frozen=True)
class CheckResult:
    """One check and what it found; `stands_on` names the earlier exercises replaced by their reference."""

    check: Check
    finding: Finding
    stands_on: tuple[str, ...] = ()
    cause: Cause | None = None

    @property
    def points(self) -> float:
        """All of the check's points where it passed, else none."""
        return self.check.points if self.finding.status == "passed" else 0.0

    def as_json(self) -> dict[str, Any]:
        """The check's entry in the result file."""
        fields = asdict(self.finding)
        return {
            "name": self.check.name,
            "rule": self.check.rule,
            "status": self.finding.status,
            "points": self.points,
            "max_points": self.check.points,
            "seconds": round(self.finding.seconds, 3),
            **{key: fields[key] for key in ("example", "expected", "got", "difference")},
            "mistake": self.cause.name if self.cause else None,
            "advice": f"{self.cause.says} {self.cause.advice}" if self.cause else None,
            "stands_on": list(self.stands_on),
            "traceback": self.finding.traceback,
        }


@dataclass(frozen=True)
class ExerciseResult:
    """One exercise: its checks, and a problem of its file where there is one."""

    name: str
    title: str
    core: bool
    bonus: bool
    checks: tuple[CheckResult, ...]
    seconds: float = 0.0
    problem: str | None = None

    @property
    def points(self) -> float:
        """The sum over the checks that passed."""
        return sum(check.points for check in self.checks)

    @property
    def max_points(self) -> float:
        """The sum over all checks."""
        return sum(check.check.points for check in self.checks)

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return self.status == "passed"

    @property
    def status(self) -> ExerciseStatus:
        """The exercise's state: passed or not started as a whole, else the worst that a check met."""
        met = {check.finding.status for check in self.checks}
        if met == {"passed"}:
            return "passed"
        if met == {"not_started"}:
            return "not_started"
        if self.problem or met <= {"error", "not_started"}:
            return "error"
        if met & {"failed", "timeout"}:
            return "failed"
        if "error" in met:
            return "error"
        return "blocked" if "blocked" in met else "failed"

    def as_json(self) -> dict[str, Any]:
        """The exercise's entry in the result file."""
        return {
            "name": self.name,
            "title": self.title,
            "core": self.core,
            "bonus": self.bonus,
            "status": self.status,
            "points": self.points,
            "max_points": self.max_points,
            "seconds": round(self.seconds, 3),
            "checks": [check.as_json() for check in self.checks],
        }


@dataclass(frozen=True)
class RunResult:
    """A whole run: the exercises that were graded, in order; in a sandbox, the state of each of its layers."""

    answers: str
    seed: int
    seconds: float
    exercises: tuple[ExerciseResult, ...]
    layers: dict[str, str] | None = None

    @property
    def points(self) -> float:
        """Points of the main line."""
        return sum(exercise.points for exercise in self.exercises if not exercise.bonus)

    @property
    def max_points(self) -> float:
        """Points of the main line that this run could give."""
        return sum(exercise.max_points for exercise in self.exercises if not exercise.bonus)

    @property
    def passed(self) -> bool:
        """Whether every exercise graded passed."""
        return all(exercise.passed for exercise in self.exercises)

    def as_json(self) -> dict[str, Any]:
        """The result file, as COMMAND `--json` writes it."""
        bonus = [exercise for exercise in self.exercises if exercise.bonus]
        return {
            "schema": 1,
            "version": grader.__version__,
            "answers": self.answers,
            "seed": self.seed,
            "seconds": round(self.seconds, 3),
            "sandbox": None if self.layers is None else {"layers": self.layers},
            "points": self.points,
            "max_points": self.max_points,
            "bonus": float(sum(exercise.points for exercise in bonus)),
            "max_bonus": float(sum(exercise.max_points for exercise in bonus)),
            "exercises": [exercise.as_json() for exercise in self.exercises],
        }
