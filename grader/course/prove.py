"""Proves the checks with answers: they must catch known mistakes and mutants, and pass right answers in other styles.

Each answer is graded alone, with the references for what it builds on. `verify` lists all claims.
"""

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from grader.base import paths
from grader.base.results import Causes, ExerciseResult
from grader.course import mutants
from grader.engine import run
from grader.engine.attempts import Limits
from grader.engine.worker_processes import Workers
from grader.kata import footprints, mistakes, stubs
from grader.kata.curriculum import Exercise
from grader.kata.submission import Submission

T = TypeVar("T")

SEEDS = 8  # seeds with which every right style must pass; more with --seeds
LEAST_MISTAKES, LEAST_CORE_MISTAKES = 8, 15
LEAST_STYLES, LEAST_CORE_STYLES = 4, 8
# A mutant may loop endlessly, which counts as caught; a check takes a fiftieth of this.
MUTANT_LIMITS = Limits(check_seconds=2.0, exercise_seconds=20.0)


@dataclass(frozen=True)
class Trial:
    """One answer to grade alone: its exercise, its name, its code, and how it is judged."""

    exercise: Exercise
    name: str
    code: str
    judge: Callable[[ExerciseResult, Causes], str | None]
    seed: int = 0
    until_failure: bool = False
    limits: Limits | None = None
    diagnose: bool = False

    def result(self, workers: Workers, *, diagnose: bool = False) -> tuple[ExerciseResult, Causes]:
        """Grade it, and find the matching mistakes."""
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, self.exercise.file).write_text(self.code, encoding="utf-8")
            return run.grade_alone(
                Submission(Path(folder), self.name),
                self.exercise,
                workers,
                seed=self.seed,
                limits=self.limits,
                until_failure=self.until_failure,
                diagnose=diagnose,
            )

    def problem(self, workers: Workers) -> str | None:
        """Grade it; what is not as it should be, in one line."""
        wrong = self.judge(*self.result(workers, diagnose=self.diagnose))
        return f"{self.exercise.short}: {self.name} {wrong}" if wrong else None


# An error that includes every argument, its value and its shape.
REFUSAL = 'raise ValueError([(name, str(it), getattr(it, "shape", "")) for name, it in locals().items()])'


def of_idle(exercise: Exercise) -> list[Trial]:
    """Make answers that do nothing; none may earn a point by leaving things unchanged or by rejecting everything."""
    stub = stubs.stub(exercise)
    codes = {
        "that returns None": stub.replace(stubs.UNWRITTEN, "return None"),
        "that raises": stub.replace(stubs.UNWRITTEN, 'raise RuntimeError("no idea")'),
        "that rejects everything": stub.replace(stubs.UNWRITTEN, REFUSAL),
        "that builds anything, but rejects every call": _built(stub).replace(stubs.UNWRITTEN, REFUSAL),
        "that does not parse": "def it(:\n",
    }
    return [Trial(exercise, f"one {says}", code, _earns_nothing) for says, code in codes.items()]


def _built(stub: str) -> str:
    """Make a stub whose constructors do nothing."""
    written = re.escape(stubs.UNWRITTEN)
    return re.sub(rf"(def __init__\((?:(?!\n    def ).)*?){written}", r"\1return", stub, flags=re.DOTALL)


def of_mistakes(exercise: Exercise, seed: int = 0) -> list[Trial]:
    """Try every known mistake in each of its versions: it must be caught and recognised.

    Raises:
        UsageError: a mistake's file is damaged, or does not fit the solution.
    """
    solution = exercise.solution.read_text(encoding="utf-8")
    return [
        Trial(exercise, label, each.code(solution, way), _named(each.name), seed, diagnose=True)
        for each in mistakes.of(exercise)
        for way, label in enumerate(each.labels)
    ]


def of_mutants(exercise: Exercise) -> list[Trial]:
    """Try every mutant: it must be caught, unless it is listed as equivalent."""
    equivalent = mutants.equivalent(exercise)
    return [
        Trial(
            exercise,
            f"`{each.says}`",
            each.code,
            _passes_unseen if each.says in equivalent else _caught,
            until_failure=True,
            limits=MUTANT_LIMITS,
        )
        for each in mutants.of(exercise)
    ]


def of_styles(exercise: Exercise, seeds: int) -> list[Trial]:
    """Try the solution and every right answer in another style with several seeds: they must pass."""
    return [
        Trial(exercise, f"{path.stem} at seed {seed}", path.read_text(encoding="utf-8"), _accepted, seed, True)
        for path in (exercise.solution, *styles(exercise))
        for seed in range(seeds)
    ]


def styles(exercise: Exercise) -> list[Path]:
    """List the files of right answers in other styles."""
    return sorted((paths.checkout().root / "tests" / "right" / exercise.name).glob("*.py"))


def problems(trials: Sequence[Trial], workers: Workers) -> Iterator[str | None]:
    """Grade all trials; return what is wrong with each, in order, or None."""
    return _on_all_cores(lambda trial: trial.problem(workers), trials)


def results(trials: Sequence[Trial], workers: Workers) -> Iterator[ExerciseResult]:
    """Grade all trials; return the results in order."""
    return _on_all_cores(lambda trial: trial.result(workers)[0], trials)


def _on_all_cores(of: Callable[[Trial], T], trials: Sequence[Trial]) -> Iterator[T]:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            yield from pool.map(of, trials)
        finally:
            pool.shutdown(cancel_futures=True)


def too_few(exercise: Exercise) -> Iterator[str]:
    """Report if an exercise has too few mistakes or right answers in other styles."""
    for what, count, least, core in (
        ("mistakes", len(mistakes.of(exercise)), LEAST_MISTAKES, LEAST_CORE_MISTAKES),
        ("right answers in other styles", len(styles(exercise)), LEAST_STYLES, LEAST_CORE_STYLES),
    ):
        wanted = core if exercise.core else least
        if count < wanted:
            yield f"{exercise.short}: {count} {what}, {wanted} or more expected"


def out_of_step(exercise: Exercise) -> Iterator[str]:
    """List mistakes without a footprint, and footprints without a mistake."""
    kept, known = footprints.read(exercise), {label for each in mistakes.of(exercise) for label in each.labels}
    for name in sorted(known ^ kept.keys()):
        what = "has no footprint yet" if name in known else "has a footprint, but is not in the bank of mistakes"
        yield f"{exercise.short}: {name} {what}; make footprints"


def unknown_mutants(exercise: Exercise) -> Iterator[str]:
    """List entries of the equivalent mutants that do not exist."""
    known = {mutant.says for mutant in mutants.of(exercise)}
    for says in mutants.equivalent(exercise):
        if says not in known:
            yield f"{exercise.short}: `{says}` is listed as equivalent, but there is no such mutant"


def _named(name: str) -> Callable[[ExerciseResult, Causes], str | None]:
    def judge(result: ExerciseResult, causes: Causes) -> str | None:
        failed = [check for check in result.checks if check.finding.status != "passed"]
        if not failed:
            return "passes every check: none catches it"
        if not any(check.finding.observation for check in failed):
            return f"is caught only because it stops the grader: {failed[0].finding.difference}"
        if silent := [check.check.name for check in failed if not check.finding.difference]:
            return f"fails {silent[0]} without a message"
        others = ", ".join(other for other in causes.alone if other != name)
        if others and name in causes.alone:
            return f"has a twin: {others} behaves the same in every check"
        named = {cause.name for cause in causes.by_check.values()}
        if named - {name}:
            return f"is taken for {', '.join(sorted(named - {name}))}"
        if named:
            return None
        return "is not recognised: its behaviour varies, or its footprint is out of date (make footprints)"

    return judge


def _earns_nothing(result: ExerciseResult, _: Causes) -> str | None:
    earned = [check.check.name for check in result.checks if check.finding.status == "passed"]
    return f"passes {', '.join(earned)}" if earned else None


def _caught(result: ExerciseResult, _: Causes) -> str | None:
    return "passes every check: none catches it" if result.passed else None


def _passes_unseen(result: ExerciseResult, _: Causes) -> str | None:
    return None if result.passed else "is listed as equivalent, but a check catches it"


def _accepted(result: ExerciseResult, _: Causes) -> str | None:
    refused = next((check for check in result.checks if check.finding.status != "passed"), None)
    return f"is rejected by {refused.check.name}: {refused.finding.difference}" if refused else None
