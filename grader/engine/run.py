"""A run: checks the answers, reruns unfair failures with references, counts the points, finds the likely cause."""

import queue
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from grader.base.results import Causes, CheckResult, ExerciseResult, Finding, RunResult
from grader.engine.attempts import AT_ONCE, Attempts, Limits, Progress
from grader.engine.cancellation import Cancellation
from grader.engine.requests import FindMistakes, Observed
from grader.engine.worker_processes import Workers
from grader.kata import curriculum
from grader.kata.curriculum import Exercise
from grader.kata.submission import Submission


def grade(
    submission: Submission,
    chosen: Sequence[Exercise],
    workers: Workers,
    *,
    seed: int | Mapping[str, int] = 0,
    limits: Limits | None = None,
    shrink: bool = True,
    at_once: int = AT_ONCE,
    cancellation: Cancellation | None = None,
) -> Iterator[Progress | RunResult]:
    """Check the answers to the chosen exercises; yield the progress, and last the result.

    Args:
        submission: the answers.
        chosen: exercises, in the order in which they are told.
        workers: the processes that run them, started for these exercises or more.
        seed: of the checks' inputs and of initial weights; the same seed gives the same result. A mapping gives each
            exercise its own, which the result then does not tell.
        limits: what an answer may use.
        shrink: look for the smallest failing input; without, wrong answers take a third of the time.
        at_once: exercises that are checked at the same time.
        cancellation: gives the run up from another thread.

    Raises:
        Cancelled: the run was given up.
        UsageError: the environment cannot run the checks (torch missing or broken).
    """
    started = time.perf_counter()
    events: queue.Queue[Progress | RunResult | BaseException] = queue.Queue()
    cancellation = cancellation or Cancellation()
    attempts = Attempts(
        workers,
        submission,
        seed,
        limits or Limits(),
        shrink=shrink,
        at_once=at_once,
        tell=events.put,
        cancellation=cancellation,
    )
    run = _Run(attempts)
    told = seed if isinstance(seed, int) else None

    def supervise() -> None:
        try:
            layers = workers.layers()  # raise an error for a weak sandbox before anything runs
            results = run.results(chosen, at_once)
            events.put(RunResult(submission.shown, told, time.perf_counter() - started, results, layers=layers))
        except BaseException as error:
            events.put(error)

    supervisor = threading.Thread(target=supervise, name="supervisor", daemon=True)
    supervisor.start()
    try:
        while not isinstance(event := events.get(), RunResult):
            if isinstance(event, BaseException):
                raise event
            yield event
        yield event
    finally:
        cancellation.ask()


def last(events: Iterator[Progress | RunResult]) -> RunResult:
    """Wait for the end of a run, and return the result."""
    *_, result = events
    assert isinstance(result, RunResult)
    return result


def grade_alone(
    submission: Submission,
    exercise: Exercise,
    workers: Workers,
    *,
    seed: int = 0,
    limits: Limits | None = None,
    until_failure: bool = False,
    diagnose: bool = True,
) -> tuple[ExerciseResult, Causes]:
    """Check one answer with the references for all other exercises, and find its mistakes.

    Args:
        submission: the answers, of which only this one is looked at.
        exercise: the one.
        workers: the processes that run it.
        seed: of the checks' inputs and of initial weights.
        limits: what it may use.
        until_failure: the first check that does not pass is the last.
        diagnose: look for the mistake.
    """
    run = _Run(Attempts(workers, submission, seed, limits or Limits(), shrink=False))
    result = run.alone(exercise, until_failure)
    return result, run.causes(exercise, result.checks) if diagnose else Causes({})


class _Run:
    """One run: each exercise with the answers, then failures that may come from earlier exercises with references."""

    def __init__(self, attempts: Attempts) -> None:
        self.attempts, self.limits = attempts, attempts.limits
        self.workers, self.submission = attempts.workers, attempts.submission

    def results(self, chosen: Sequence[Exercise], at_once: int) -> tuple[ExerciseResult, ...]:
        checks = self.workers.checks()
        self.attempts.total = sum(len(checks[exercise.name]) for exercise in chosen)
        with ThreadPoolExecutor(at_once) as pool:
            # The last exercises take longest: begun last, they would leave a core idle. Sandboxed answers share a limit
            # of CPU time, which the first exercises should get.
            order = chosen if self.workers.sandboxed else chosen[::-1]
            first = dict(zip((e.name for e in order), pool.map(self.first_attempt, order), strict=True))
            asked = {
                name
                for exercise in chosen
                if _may_be_unjust(first[exercise.name])
                for name in curriculum.ancestors(exercise)
            }
            asked -= first.keys() | set(self.submission.given)
            missing = [exercise for exercise in curriculum.exercises() if exercise.name in asked]
            self.attempts.total += sum(len(checks[exercise.name]) for exercise in missing)
            first |= zip((e.name for e in missing), pool.map(self.first_attempt, missing), strict=True)
            return tuple(pool.map(lambda exercise: self.second_attempt(exercise, first), chosen))

    def alone(self, exercise: Exercise, until_failure: bool) -> ExerciseResult:
        """Check an exercise with the references for what it builds on."""
        started = time.perf_counter()
        checks = self.workers.checks()[exercise.name]
        names, references = [check.name for check in checks], curriculum.ancestors(exercise)
        patience = 1 if until_failure else len(names)
        findings = self.attempts.make(exercise, names, references, self.limits, patience, until_failure)
        results = tuple(CheckResult(check, findings.get(check.name, _UNTRIED)) for check in checks)
        return _exercise_result(exercise, results, time.perf_counter() - started)

    def first_attempt(self, exercise: Exercise) -> ExerciseResult:
        """Check an exercise with the answers.

        Where it builds on others it gives up at the first check that hangs or dies: an earlier exercise may be why.
        """
        started = time.perf_counter()
        checks = self.workers.checks()[exercise.name]
        names = [check.name for check in checks]
        problem = self.submission.problem(exercise)
        if problem is None:
            patience = 1 if curriculum.ancestors(exercise) else len(checks)
            findings = self.attempts.make(exercise, names, (), self.limits, patience)
        else:
            finding = Finding("error" if problem.line else "not_started", difference=problem.line, where=problem.where)
            findings = dict.fromkeys(names, finding)
            self.attempts.count(done=len(checks))
        results = tuple(CheckResult(check, findings.get(check.name, _UNTRIED)) for check in checks)
        return _exercise_result(exercise, results, time.perf_counter() - started)

    def second_attempt(self, exercise: Exercise, first: dict[str, ExerciseResult]) -> ExerciseResult:
        """If earlier exercises are wrong or missing, rerun the failures with their references."""
        result = first[exercise.name]
        wrong = tuple(name for name in curriculum.ancestors(exercise) if name in first and not first[name].passed)
        if self.submission.problem(exercise):
            return result
        started = time.perf_counter()
        checks = (
            self.with_references(exercise, result.checks, wrong) if wrong else self.resumed(exercise, result.checks)
        )
        causes = self.causes(exercise, checks).by_check
        checks = tuple(replace(result, cause=causes.get(result.check.name)) for result in checks)
        return _exercise_result(exercise, checks, result.seconds + time.perf_counter() - started)

    def causes(self, exercise: Exercise, checks: tuple[CheckResult, ...]) -> Causes:
        """Find the known mistakes behind the failing checks."""
        told = [result for result in checks if not result.check.hidden]
        observations = {
            result.check.name: result.finding.observation
            for result in told
            if result.finding.observation or result.finding.status == "passed"
        }
        if not any(observations.values()):
            return Causes({})
        errors = [result.check.name for result in told if result.check.errors]
        request = FindMistakes(exercise.name, self.attempts.seed(exercise), self.attempts.memory_bytes)
        observed = Observed(observations, tuple(errors))
        return self.workers.causes.causes(request, observed, self.attempts.cancellation)

    def resumed(self, exercise: Exercise, checks: tuple[CheckResult, ...]) -> tuple[CheckResult, ...]:
        """Run what the first attempt gave up, if no earlier exercise is to blame."""
        untried = [result.check.name for result in checks if result.finding is _UNTRIED]
        findings = self.attempts.make(exercise, untried, (), self.limits, len(untried))
        return tuple(replace(r, finding=findings.get(r.check.name, r.finding)) for r in checks)

    def with_references(
        self, exercise: Exercise, checks: tuple[CheckResult, ...], wrong: tuple[str, ...]
    ) -> tuple[CheckResult, ...]:
        """Rerun failed checks with references for the wrong exercises."""
        again = [result.check.name for result in checks if result.finding.status not in ("passed", "not_started")]
        findings = self.attempts.make(exercise, again, wrong, self.limits, len(again))
        needed = self.least_references(exercise, findings, wrong)
        return tuple(
            _fairer(r, findings[r.check.name], wrong, needed) if r.check.name in findings else r for r in checks
        )

    def least_references(
        self, exercise: Exercise, findings: dict[str, Finding], wrong: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Find the references without which some checks would no longer pass."""
        passed = [name for name, finding in findings.items() if finding.status == "passed"]
        slowest = max((findings[name].seconds for name in passed), default=0.0)
        limits = replace(self.limits, check_seconds=min(self.limits.check_seconds, 2.0 + 3 * slowest))
        needed = wrong
        for name in wrong if passed else ():
            fewer = tuple(other for other in needed if other != name)
            if not fewer:  # without references they failed in the first attempt
                break
            tried = self.attempts.make(exercise, passed, fewer, limits, patience=1, until_failure=True)
            if [finding.status for finding in tried.values()] == ["passed"] * len(passed):
                needed = fewer
        return needed


_UNTRIED = Finding("timeout", difference="not tried")


def _exercise_result(exercise: Exercise, checks: tuple[CheckResult, ...], seconds: float) -> ExerciseResult:
    problem = _import_problem(checks)
    return ExerciseResult(exercise.name, exercise.title, exercise.core, exercise.bonus, checks, seconds, problem)


def _may_be_unjust(result: ExerciseResult) -> bool:
    return any(check.finding.status not in ("passed", "not_started") for check in result.checks)


def _import_problem(results: Sequence[CheckResult]) -> str | None:
    """Return the line that all checks of a file share if it does not import."""
    findings = [result.finding for result in results]
    alike = len({finding.difference for finding in findings}) == 1
    return findings[0].difference if alike and all(f.at_import or f.status == "error" for f in findings) else None


def _fairer(result: CheckResult, again: Finding, wrong: tuple[str, ...], needed: tuple[str, ...]) -> CheckResult:
    """Prefer the rerun with references, unless it failed in the same way or could not run."""
    if again.status == "passed":
        return replace(result, finding=again, stands_on=needed)
    same = (again.difference, again.got) == (result.finding.difference, result.finding.got)
    own_fault = again.status == "blocked" and (again.difference or "").startswith(result.finding.difference or "\0")
    return result if same or own_fault else replace(result, finding=again, stands_on=wrong)
