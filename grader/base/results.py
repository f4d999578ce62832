"""The results of a run as plain values, and their JSON form (`result.schema.json`). No printing."""

import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

import grader
from grader.base.plain_text import plain

CheckStatus = Literal["passed", "failed", "error", "timeout", "blocked", "not_started"]
ExerciseStatus = Literal["passed", "failed", "not_started", "error", "blocked"]
HURRIED = "another check timed out before it"  # in the difference of one that had less time because of that


@dataclass(frozen=True)
class Finding:
    """The result of one check for an answer.

    Attributes:
        example: the smallest failing call, as Python.
        expected: what should have come back.
        got: what came back.
        difference: one line: where the two part, or what went wrong.
        traceback: the learner's own lines, the innermost last.
        where: file and line of the learner's code to look at first, `ex05_flatten_consecutive.py:31`.
        printed: the end of what the answer printed during this call.
        observation: what the check saw, as data to compare known mistakes with (`engine.observation`).
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

    def __post_init__(self) -> None:
        """Make text from answers harmless for terminals and files."""
        for field in fields(self):
            text = getattr(self, field.name)
            if isinstance(text, str) and plain(text) != text:
                object.__setattr__(self, field.name, plain(text))


@dataclass(frozen=True)
class Cause:
    """A known mistake that behaves like the answer: its name, what goes wrong, why it looks right, what to try.

    Read back from a result file it has its name and one text: what goes wrong and what to try.
    """

    name: str
    says: str
    looks_right: str = ""
    advice: str = ""

    @property
    def told(self) -> str:
        """What goes wrong and what to try, in one text."""
        return f"{self.says} {self.advice}".strip()


@dataclass(frozen=True)
class Causes:
    """The known mistakes behind an answer, by failing check, and the names of single mistakes that
    explain everything.
    """

    by_check: dict[str, Cause]
    alone: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """One check: its name, its rule, its points and the contract lines that it covers.

    Attributes:
        hidden: the handout does not include it (`grade class --hidden`), so nothing about its inputs is shown.
        errors: it checks error handling, which learners write last: it is explained last.
    """

    name: str
    rule: str
    points: float
    contract: tuple[str, ...]
    hidden: bool = False
    errors: bool = False


@dataclass(frozen=True)
class CheckResult:
    """A check and its finding; `stands_on` lists the earlier exercises replaced by reference solutions."""

    check: Check
    finding: Finding
    stands_on: tuple[str, ...] = ()
    cause: Cause | None = None

    @property
    def points(self) -> float:
        """The points of the check if it passed, else 0."""
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
            "advice": self.cause.told if self.cause else None,
            "stands_on": list(self.stands_on),
            "traceback": self.finding.traceback,
            **({"hidden": True} if self.check.hidden else {}),
            **({"errors": True} if self.check.errors else {}),
        }

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> "CheckResult":
        """Read the check from a result file."""
        told = {
            key: entry[key] for key in ("status", "seconds", "example", "expected", "got", "difference", "traceback")
        }
        hidden, errors = entry.get("hidden", False), entry.get("errors", False)
        check = Check(entry["name"], entry["rule"], entry["max_points"], (), hidden, errors)
        cause = Cause(entry["mistake"], entry["advice"] or "") if entry["mistake"] else None
        return cls(check, Finding(**told), tuple(entry["stands_on"]), cause)

    def without_inputs(self) -> "CheckResult":
        """Reduce a hidden check to whether it passed, because its finding could reveal its inputs."""
        if not self.check.hidden:
            return self
        return replace(self, finding=Finding(self.finding.status, self.finding.seconds), cause=None)


@dataclass(frozen=True)
class ExerciseResult:
    """One exercise: its checks, and a problem of its file if there is one."""

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
        return math.fsum(check.points for check in self.checks)

    @property
    def max_points(self) -> float:
        """The sum over all checks."""
        return math.fsum(check.check.points for check in self.checks)

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

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> "ExerciseResult":
        """Read the exercise from a result file."""
        checks = tuple(CheckResult.from_json(check) for check in entry["checks"])
        lines = {check.finding.difference for check in checks}
        problem = lines.pop() if entry["status"] == "error" and len(lines) == 1 else None
        head = {key: entry[key] for key in ("name", "title", "core", "bonus", "seconds")}
        return cls(**head, checks=checks, problem=problem)


@dataclass(frozen=True)
class Origin:
    """The student and the terms of a class run, which decide whether a result is still valid.

    Attributes:
        student: the name, as the submission's own.
        digest: SHA-256 of the answers and of what was ignored.
        terms: SHA-256 of the terms: checks, seeds, limits.
        seed: the seed, or what stands for a secret one.
        ignored: what was handed in and not taken, a line each.
        problem: why nothing could be read, in one line.
        notes: how the answers were chosen, where that was not plain, a line each.
    """

    student: str
    digest: str
    terms: str
    seed: str
    ignored: tuple[str, ...] = ()
    problem: str | None = None
    notes: tuple[str, ...] = ()


TOTAL = "total"


@dataclass(frozen=True)
class ByHand:
    """Points that an instructor adds to those of the checks, and why.

    `exercise`: its name, or `TOTAL` for an adjustment of the sum.
    """

    student: str
    exercise: str
    points: float
    reason: str


@dataclass(frozen=True)
class RunResult:
    """A whole run: the exercises that were graded, in order; in a sandbox, the state of each of its layers.

    `seed` is None where it is secret.
    """

    answers: str
    seed: int | None
    seconds: float
    exercises: tuple[ExerciseResult, ...]
    origin: Origin | None = None
    layers: dict[str, str] | None = None

    @property
    def points(self) -> float:
        """Points of the main exercises."""
        return math.fsum(exercise.points for exercise in self.exercises if not exercise.bonus)

    @property
    def max_points(self) -> float:
        """Maximum points of the main exercises in this run."""
        return math.fsum(exercise.max_points for exercise in self.exercises if not exercise.bonus)

    @property
    def bonus(self) -> float:
        """Bonus points."""
        return math.fsum(exercise.points for exercise in self.exercises if exercise.bonus)

    @property
    def max_bonus(self) -> float:
        """Maximum bonus points in this run."""
        return math.fsum(exercise.max_points for exercise in self.exercises if exercise.bonus)

    @property
    def passed(self) -> bool:
        """Whether every exercise graded passed."""
        return all(exercise.passed for exercise in self.exercises)

    def as_json(self) -> dict[str, Any]:
        """The result file, as `--json` writes it."""
        return {
            "schema": 1,
            "version": grader.__version__,
            "answers": self.answers,
            "seed": self.seed,
            "seconds": round(self.seconds, 3),
            "sandbox": None if self.layers is None else {"layers": self.layers},
            "points": self.points,
            "max_points": self.max_points,
            "bonus": self.bonus,
            "max_bonus": self.max_bonus,
            **({"submission": asdict(self.origin)} if self.origin else {}),
            "exercises": [exercise.as_json() for exercise in self.exercises],
        }

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> "RunResult":
        """Read a run from a result file.

        Raises:
            KeyError, TypeError, AttributeError: it is no result file.
        """
        told = entry.get("submission")
        lists = {name: tuple(told.get(name, ())) for name in ("ignored", "notes")} if told else {}
        origin = Origin(**(told | lists)) if told else None
        exercises = tuple(ExerciseResult.from_json(exercise) for exercise in entry["exercises"])
        layers = entry["sandbox"]["layers"] if entry["sandbox"] else None
        return cls(entry["answers"], entry["seed"], entry["seconds"], exercises, origin, layers)


@dataclass(frozen=True)
class Outcome:
    """The outcome of one submission: its result, or why it could not be graded; neither if nothing has changed."""

    student: str
    slot: str
    result: RunResult | None = None
    broken: str | None = None
