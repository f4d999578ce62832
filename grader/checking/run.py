"""The supervisor: has answers checked in other processes, keeps the limits, and decides what each check counts.

Nothing of the learner's runs here. A process that dies, hangs or closes its pipe costs the check that it was at; the
remaining checks go on in a new one.
"""

import contextlib
import hashlib
import json
import math
import os
import queue
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from grader import curriculum
from grader.checking.processes import PIPE_CLOSED, Running, Workers
from grader.curriculum import Exercise
from grader.errors import UsageError
from grader.result import Cause, CheckResult, ExerciseResult, Finding, RunResult
from grader.sandbox.launch import WALLS_MISSING
from grader.submission import Submission

AT_ONCE = min(2, os.cpu_count() or 1)
LATE_SECONDS = 0.3  # in which an answer whose time is over tells what it is at
DIAGNOSIS_SECONDS = 30.0  # it takes 0.3; a new mistake that hangs must not hold up a report for ever


@dataclass(frozen=True)
class Limits:
    """What one answer may use: seconds for a check, an exercise and a whole run, bytes of memory for a run.

    In the sandbox also CPU seconds for all exercises of a submission together, every attempt included.
    """

    check_seconds: float = 10.0
    exercise_seconds: float = 60.0
    memory_bytes: int = 4 << 30
    run_seconds: float = float("inf")
    cpu_seconds: float = 300.0


class Cancellation:
    """Gives a run up from another thread: what it runs is ended at once, and `grade` raises `Cancelled`."""

    def __init__(self) -> None:
        self.asked = False
        self._running: set[Running] = set()
        self._lock = threading.Lock()

    def ask(self) -> None:
        """Give the run up."""
        with self._lock:
            self.asked = True
            for process in self._running:
                process.records.put(None)  # whoever waits for a record wakes up

    @contextlib.contextmanager
    def watching(self, process: Running) -> Iterator[None]:
        """Have a process given up with the run; raises `Cancelled` where that is so already."""
        with self._lock:
            self.check()
            self._running.add(process)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(process)

    def check(self) -> None:
        """Raise `Cancelled` where the run was given up."""
        if self.asked:
            raise Cancelled


class Cancelled(Exception):
    """The run was given up."""


@dataclass(frozen=True)
class Progress:
    """How far a run is: the check that has just begun, and how many are done of how many."""

    exercise: str
    check: str
    done: int
    total: int


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
    """Check the answers to the exercises chosen; yields the progress, and last the result.

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
    run = _Run(workers, submission, seed, limits or Limits(), shrink, at_once, events.put, cancellation)
    told = seed if isinstance(seed, int) else None

    def supervise() -> None:
        try:
            layers = workers.layers()  # a sandbox that is too weak is refused before anything runs
            results = run.results(chosen)
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
    """Let a run come to its end, and take the result."""
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
) -> tuple[ExerciseResult, list[Cause]]:
    """Check one answer that stands on the references of all others; the known mistakes that agree come with it.

    Args:
        submission: the answers, of which only this one is looked at.
        exercise: the one.
        workers: the processes that run it.
        seed: of the checks' inputs and of initial weights.
        limits: what it may use.
        until_failure: the first check that does not pass is the last.
        diagnose: look for the mistake.
    """
    run = _Run(workers, submission, seed, limits or Limits(), False, 1, lambda _: None, Cancellation())
    result = run.alone(exercise, until_failure)
    return result, run.agreeing(exercise, result.checks) if diagnose else []


class _Run:
    """One run: each exercise with the answers as they are, then what failed because of an earlier one once more."""

    def __init__(
        self,
        workers: Workers,
        submission: Submission,
        seed: int | Mapping[str, int],
        limits: Limits,
        shrink: bool,
        at_once: int,
        tell: Callable[[Progress], None],
        cancellation: Cancellation,
    ) -> None:
        self.workers, self.submission, self.seed, self.limits, self.tell = workers, submission, seed, limits, tell
        self.shrink, self.at_once = shrink, at_once
        self.deadline = time.monotonic() + self.limits.run_seconds
        self.cancellation = cancellation
        workers.end_checkers()
        self.done = self.total = 0
        self.cpu_left = limits.cpu_seconds
        self._counting = threading.Lock()

    def results(self, chosen: Sequence[Exercise]) -> tuple[ExerciseResult, ...]:
        checks = self.workers.checks()
        self.total = sum(len(checks[exercise.name]) for exercise in chosen)
        with ThreadPoolExecutor(self.at_once) as pool:
            first = dict(zip((e.name for e in chosen), pool.map(self.first_attempt, chosen), strict=True))
            asked = {
                name
                for exercise in chosen
                if _may_be_unjust(first[exercise.name])
                for name in curriculum.ancestors(exercise)
            }
            asked -= first.keys() | set(self.submission.given)
            missing = [exercise for exercise in curriculum.exercises() if exercise.name in asked]
            first |= zip((e.name for e in missing), pool.map(self.first_attempt, missing), strict=True)
            return tuple(pool.map(lambda exercise: self.second_attempt(exercise, first), chosen))

    def alone(self, exercise: Exercise, until_failure: bool) -> ExerciseResult:
        """Check an exercise on the references of what it builds on."""
        started = time.perf_counter()
        checks = self.workers.checks()[exercise.name]
        names, references = [check.name for check in checks], curriculum.ancestors(exercise)
        patience = 1 if until_failure else len(names)
        findings = self.attempt(exercise, names, references, self.limits, patience, until_failure)
        results = tuple(CheckResult(check, findings.get(check.name, _UNTRIED)) for check in checks)
        return _exercise_result(exercise, results, time.perf_counter() - started)

    def first_attempt(self, exercise: Exercise) -> ExerciseResult:
        """Check an exercise with the answers as they are.

        Where it builds on others it gives up at the first check that hangs or dies: an earlier exercise may be why.
        """
        started = time.perf_counter()
        checks = self.workers.checks()[exercise.name]
        names = [check.name for check in checks]
        problem = self.submission.problem(exercise)
        if problem is None:
            patience = 1 if curriculum.ancestors(exercise) else len(checks)
            findings = self.attempt(exercise, names, (), self.limits, patience)
        else:
            finding = Finding("error" if problem.line else "not_started", difference=problem.line, where=problem.where)
            findings = dict.fromkeys(names, finding)
            self.count(done=len(checks))
        results = tuple(CheckResult(check, findings.get(check.name, _UNTRIED)) for check in checks)
        return _exercise_result(exercise, results, time.perf_counter() - started)

    def second_attempt(self, exercise: Exercise, first: dict[str, ExerciseResult]) -> ExerciseResult:
        """Where earlier exercises are wrong or missing, run what failed once more with their references."""
        result = first[exercise.name]
        wrong = tuple(name for name in curriculum.ancestors(exercise) if name in first and not first[name].passed)
        if self.submission.problem(exercise):
            return result
        started = time.perf_counter()
        checks = (
            self.with_references(exercise, result.checks, wrong) if wrong else self.resumed(exercise, result.checks)
        )
        causes = self.agreeing(exercise, checks)
        if len(causes) == 1:
            checks = tuple(
                replace(result, cause=causes[0]) if result.finding.observation else result for result in checks
            )
        return _exercise_result(exercise, checks, result.seconds + time.perf_counter() - started)

    def agreeing(self, exercise: Exercise, checks: tuple[CheckResult, ...]) -> list[Cause]:
        """Find the known mistakes that every check sees just as it saw the answer."""
        observations = {
            result.check.name: result.finding.observation
            for result in checks
            if (result.finding.observation or result.finding.status == "passed") and not result.check.hidden
        }
        if not any(observations.values()):
            return []
        request = self.request(exercise, observations=observations)
        seen, memory = hashlib.sha256(json.dumps(request).encode()).digest(), self.workers.memory
        causes = memory.causes(seen)
        if causes is None:
            causes = self.diagnosed(request)
            if causes is not None:
                memory.learn_causes(seen, causes)
        return causes or []

    def diagnosed(self, request: dict[str, Any]) -> list[Cause] | None:
        """Have the observations of a request compared with the known mistakes; None where that took too long."""
        with self.workers.start(request) as process, self.cancellation.watching(process):
            try:
                record = process.records.get(timeout=DIAGNOSIS_SECONDS)
            except queue.Empty:
                return None
            self.cancellation.check()
        return [Cause(**cause) for cause in record["agree"]] if record else None

    def request(self, exercise: Exercise, **more: Any) -> dict[str, Any]:
        """What a process is asked to do, apart from how."""
        share = self.limits.memory_bytes // self.at_once
        return {
            "exercise": exercise.name,
            "seed": self.seed if isinstance(self.seed, int) else self.seed[exercise.name],
            "memory_bytes": share,
            "sandboxed": self.workers.sandboxed,
            **more,
        }

    def resumed(self, exercise: Exercise, checks: tuple[CheckResult, ...]) -> tuple[CheckResult, ...]:
        """Run what the first attempt gave up, where no earlier exercise is to blame."""
        untried = [result.check.name for result in checks if result.finding is _UNTRIED]
        findings = self.attempt(exercise, untried, (), self.limits, len(untried))
        return tuple(replace(r, finding=findings.get(r.check.name, r.finding)) for r in checks)

    def with_references(
        self, exercise: Exercise, checks: tuple[CheckResult, ...], wrong: tuple[str, ...]
    ) -> tuple[CheckResult, ...]:
        """Run what did not pass with references in place of the wrong exercises."""
        again = [result.check.name for result in checks if result.finding.status not in ("passed", "not_started")]
        findings = self.attempt(exercise, again, wrong, self.limits, len(again))
        needed = self.least_references(exercise, findings, wrong)
        return tuple(
            _fairer(r, findings[r.check.name], wrong, needed) if r.check.name in findings else r for r in checks
        )

    def least_references(
        self, exercise: Exercise, findings: dict[str, Finding], wrong: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Of the references under which checks pass, those without which some no longer would.

        One that is missing may make a check hang: it has three times as long as the slowest took with all of them, and
        two seconds more, since that one may have been remembered.
        """
        passed = [name for name, finding in findings.items() if finding.status == "passed"]
        slowest = max((findings[name].seconds for name in passed), default=0.0)
        limits = replace(self.limits, check_seconds=min(self.limits.check_seconds, 2.0 + 3 * slowest))
        needed = wrong
        for name in wrong if passed else ():
            fewer = tuple(other for other in needed if other != name)
            if not fewer:  # without any they did not pass: they are here because the first attempt has shown that
                break
            tried = self.attempt(exercise, passed, fewer, limits, patience=1, until_failure=True)
            if [finding.status for finding in tried.values()] == ["passed"] * len(passed):
                needed = fewer
        return needed

    def attempt(
        self,
        exercise: Exercise,
        names: Sequence[str],
        standing_on: Collection[str],
        limits: Limits,
        patience: int,
        until_failure: bool = False,
    ) -> dict[str, Finding]:
        """Run checks, in as many processes as it takes: one that dies or hangs costs the check that it was at.

        After `patience` such processes, or at the first failure, it gives up; what was not tried by then is missing
        from the findings.
        """
        findings: dict[str, Finding] = {}
        apart = not self.shrink
        deadline = min(time.monotonic() + limits.exercise_seconds, self.deadline)
        while len(findings) < len(names) and patience > 0:
            self.cancellation.check()
            waiting = [name for name in names if name not in findings]
            left = deadline - time.monotonic()
            if left <= 0:
                limit = f"the {limits.exercise_seconds:g} s of the exercise (--exercise-seconds)"
                if deadline == self.deadline:
                    limit = f"the {limits.run_seconds:g} s of the whole submission (--submission-seconds)"
                unreached = Finding("timeout", difference=f"not reached within {limit}")
                return findings | dict.fromkeys(waiting, unreached)
            if self.cpu_left <= 0:
                spent = f"the {limits.cpu_seconds:g} s of CPU time that a submission has are used up"
                return findings | dict.fromkeys(waiting, Finding("timeout", difference=spent))
            request = self.request(
                exercise,
                folder=str(self.submission.folder),
                checks=waiting,
                standing_on=list(standing_on),
                given=list(self.submission.given),
                shrink=self.shrink,
                apart=apart,
                until_failure=until_failure,
                check_seconds=limits.check_seconds,
                call_seconds=limits.exercise_seconds,
                cpu_seconds=math.ceil(min(self.cpu_left, limits.exercise_seconds)) + 1,
            )
            with self.workers.start(request) as process, self.cancellation.watching(process):
                ended = self.follow(exercise, process, findings, limits, deadline, counted=not standing_on)
            if process.worker is not None:
                self.count(cpu_seconds=process.worker.end(0.0)[1])
            if process.strayed:
                apart = False
                continue
            if ended is None:
                return findings
            step, finding = ended
            stopped = waiting if finding.at_import else [name for name in waiting if name == step]
            stopped = [name for name in stopped if name not in findings]  # it may have died between two checks
            findings |= dict.fromkeys(stopped, finding)
            self.count(done=len(stopped) * (not standing_on))
            patience -= 1
        return findings

    def count(self, *, done: int = 0, cpu_seconds: float = 0.0) -> None:
        """Note checks that are done and CPU time that is spent; exercises are checked in several threads."""
        with self._counting:
            self.done += done
            self.cpu_left -= cpu_seconds

    def follow(
        self,
        exercise: Exercise,
        process: Running,
        findings: dict[str, Finding],
        limits: Limits,
        deadline: float,
        *,
        counted: bool,
    ) -> tuple[str, Finding] | None:
        """Take a process's records until it is done; else the step that it was at when it ended, and why."""
        step, limit, started = "import", deadline, time.monotonic()
        late = Finding("timeout")
        while True:
            try:
                record = process.records.get(timeout=max(limit - time.monotonic(), 0))
            except queue.Empty:
                seconds = time.monotonic() - started
                process.end(0.0)
                return step, _timed_out(late, step, seconds, limits, limit == deadline)
            self.cancellation.check()
            if record is None:
                status = process.end(0.5)
                return step, _died(step, status)
            if "broken" in record:
                raise UsageError(record["broken"])
            if "lost" in record:
                return step, _lost(late, step, record["lost"], process, limits, time.monotonic() - started)
            if "started" in record:
                step, started, late = record["started"], time.monotonic(), Finding("timeout")
                limit = min(deadline, started + limits.check_seconds + LATE_SECONDS)
                if counted and step != "import":
                    self.tell(Progress(exercise.name, step, self.done, self.total))
            elif "late" in record:
                late = Finding(**record["late"])
            elif "finished" in record:
                findings[record["finished"]] = Finding(**record["finding"])
                self.count(done=int(counted))
            elif "done" in record:
                process.end(0.2)
                return None


_UNTRIED = Finding("timeout", difference="not tried")


def _exercise_result(exercise: Exercise, checks: tuple[CheckResult, ...], seconds: float) -> ExerciseResult:
    problem = _import_problem(checks)
    return ExerciseResult(exercise.name, exercise.title, exercise.core, exercise.bonus, checks, seconds, problem)


def _may_be_unjust(result: ExerciseResult) -> bool:
    return any(check.finding.status not in ("passed", "not_started") for check in result.checks)


def _import_problem(results: Sequence[CheckResult]) -> str | None:
    """The one line that all checks of a file that does not import have in common."""
    findings = [result.finding for result in results]
    alike = len({finding.difference for finding in findings}) == 1
    return findings[0].difference if alike and all(f.at_import or f.status == "error" for f in findings) else None


def _fairer(result: CheckResult, again: Finding, wrong: tuple[str, ...], needed: tuple[str, ...]) -> CheckResult:
    """The result that is just: what happens with references counts where it says more about this exercise."""
    if again.status == "passed":
        return replace(result, finding=again, stands_on=needed)
    same = (again.difference, again.got) == (result.finding.difference, result.finding.got)
    return result if same else replace(result, finding=again, stands_on=wrong)


def _timed_out(late: Finding, step: str, seconds: float, limits: Limits, whole: bool) -> Finding:
    """The finding of a step that was ended; `late` is what it told when its time was over, where it still could."""
    if late.status != "timeout":
        return replace(late, seconds=seconds)  # it had failed already, and was being made smaller
    limit = (
        f"the {limits.exercise_seconds:g} s that an exercise may take (--exercise-seconds)"
        if whole
        else f"the {limits.check_seconds:g} s that a check may take (--check-seconds)"
    )
    what = "importing the file" if step == "import" else "the check"
    difference = f"{what} was stopped after {limit}: does a loop never end?"
    return replace(late, seconds=seconds, difference=difference, at_import=step == "import")


def _lost(late: Finding, step: str, why: str, process: Running, limits: Limits, seconds: float) -> Finding:
    """Why the process that the answers run in is gone: it died, it broke the rules of the boundary, or it hung."""
    assert process.worker is not None
    status, _ = process.worker.end(0.5)
    process.end(0.5)
    if status == WALLS_MISSING:
        raise UsageError("the sandbox could not be set up for a worker as it was for the first one; try once more")
    if why == "time":
        return _timed_out(late, step, seconds, limits, whole=True)
    return _died(step, status if why == "closed" else PIPE_CLOSED)


def _died(step: str, status: int | None) -> Finding:
    during = "while the file was imported" if step == "import" else "during this check"
    if status is None or status == PIPE_CLOSED:
        how = "closed the pipe to the grader"
    elif status < 0:
        name = signal.Signals(-status).name if -status in {s.value for s in signal.Signals} else str(-status)
        how = {
            "SIGSEGV": "crashed (SIGSEGV, an access to memory that is not its own)",
            "SIGKILL": "was killed (SIGKILL, often because memory ran out)",
        }.get(name, f"crashed ({name})")
    else:
        how = "ended Python itself (os._exit)" if status == 0 else f"ended Python itself (exit status {status})"
    difference = f"the answer {how} {during}"
    return Finding("error", difference=difference, got=f"no result: the process {how}", at_import=step == "import")
