"""Attempts: run the checks of one answer in worker processes within limits, restarting until every check has a result.

Nothing of the learner runs in this process. A worker process that dies, hangs or closes its pipe costs only its current
check; the rest continues in a new process. Limits are CPU time of the answer's process, so a busy machine grades like
an idle one; an answer that sleeps or waits is stopped after six times as long.
"""

import math
import os
import queue
import re
import signal
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.answers.sandbox import WALLS_MISSING
from grader.base.errors import UsageError
from grader.base.results import HURRIED, Finding
from grader.engine.cancellation import Cancellation
from grader.engine.process import PIPE_CLOSED, Process
from grader.engine.requests import CheckAnswer
from grader.engine.worker_processes import Workers
from grader.kata.curriculum import Exercise
from grader.kata.submission import Submission

AT_ONCE = min(2, os.cpu_count() or 1)
WAITING = 6  # wall-clock seconds per CPU second
LATE_SECONDS = 0.3  # grace period after a timeout, in which the child reports its line
LEAST_WAIT = 0.02  # between two readings of a process's CPU time
LEAST_COMPUTED = 0.1  # CPU seconds that a check takes anyway: an answer that has taken no more was waiting
HASTE, LEAST_SECONDS = (
    10,
    1.0,
)  # after a check has hung, the others get this fraction of the time at first, or this minimum


@dataclass(frozen=True)
class Limits:
    """Limits of one answer: CPU seconds per check and exercise, wall-clock seconds and bytes of memory per run.

    In the sandbox also CPU seconds for all exercises of a submission together, every attempt included.
    """

    check_seconds: float = 10.0
    exercise_seconds: float = 60.0
    memory_bytes: int = 4 << 30
    run_seconds: float = float("inf")
    cpu_seconds: float = 300.0


@dataclass(frozen=True)
class Progress:
    """The progress of a run: the current check, and how many are done."""

    exercise: str
    check: str
    done: int
    total: int


class Attempts:
    """The attempts of one run, which share its time limit, CPU seconds and count of finished checks.

    Args:
        workers: the processes that run the checks.
        submission: the answers.
        seed: of the checks' inputs and of initial weights, or one of each exercise.
        limits: what the answers may use.
        shrink: look for the smallest failing input.
        at_once: exercises that are checked at the same time, which share the memory.
        tell: takes the progress.
        cancellation: gives the run up from another thread.
    """

    def __init__(
        self,
        workers: Workers,
        submission: Submission,
        seed: int | Mapping[str, int],
        limits: Limits,
        *,
        shrink: bool,
        at_once: int = 1,
        tell: Callable[[Progress], None] = lambda _: None,
        cancellation: Cancellation | None = None,
    ) -> None:
        self.workers, self.submission, self.limits = workers, submission, limits
        self.cancellation = cancellation or Cancellation()
        self.total = 0  # number of checks to run
        self._seed, self._shrink, self._at_once, self._tell = seed, shrink, at_once, tell
        self._deadline = time.monotonic() + WAITING * limits.run_seconds * _crowd()
        self._done, self._cpu_left = 0, limits.cpu_seconds
        self._counting = threading.Lock()

    def seed(self, exercise: Exercise) -> int:
        """The seed of an exercise's inputs."""
        return self._seed if isinstance(self._seed, int) else self._seed[exercise.name]

    @property
    def memory_bytes(self) -> int:
        """Memory per process: exercises that are checked at the same time share the limit."""
        return self.limits.memory_bytes // self._at_once

    def make(
        self,
        exercise: Exercise,
        names: Sequence[str],
        standing_on: Collection[str],
        limits: Limits,
        patience: int,
        until_failure: bool = False,
    ) -> dict[str, Finding]:
        """Run checks in as many processes as necessary: one that dies or hangs costs only its current check.

        Once a check has hung, the others have a tenth of the time at first, so that those that do not hang are reached.
        One that this stops elsewhere than in a function that hung is tried again at the end, in full.

        After `patience` such processes, or at the first failure, it gives up; what was not tried by then is missing
        from the findings.
        """
        findings: dict[str, Finding] = {}
        hasty: dict[str, Finding] = {}  # findings of the checks that were stopped early
        spent = _Spent(limits, min(time.monotonic() + WAITING * limits.exercise_seconds * _crowd(), self._deadline))
        while patience > 0:
            self.cancellation.check()
            hung = {_function(found) for found in findings.values() if found.status == "timeout"}
            findings = {name: found for name, found in hasty.items() if _function(found) in hung - {None}} | findings
            waiting = [name for name in names if name not in findings]
            fresh = [name for name in waiting if name not in hasty]
            if not waiting:
                break
            in_haste = bool(hung and fresh)
            allowed = _hastened(limits) if in_haste else limits
            over = self._over(spent)
            if over is not None:
                return dict.fromkeys(waiting, over) | hasty | findings
            request = CheckAnswer(
                exercise.name,
                self.seed(exercise),
                self.memory_bytes,
                folder=str(self.submission.folder.absolute()),  # processes run in the checkout
                checks=tuple(fresh or waiting),
                standing_on=tuple(standing_on),
                given=tuple(self.submission.given),
                sandboxed=self.workers.sandboxed,
                shrink=self._shrink,
                until_failure=until_failure,
                check_seconds=allowed.check_seconds,
                call_seconds=WAITING * limits.exercise_seconds * _crowd(),
                cpu_seconds=math.ceil(min(self._cpu_left, limits.exercise_seconds)) + 1,
            )
            with self.workers.start(request) as process, self.cancellation.watching(process):
                ended = self._follow(exercise, process, findings, allowed, spent, counted=not standing_on)
                spent.cpu_seconds += process.cpu_seconds()
            if process.worker is not None:
                self.count(cpu_seconds=process.worker.end(0.0)[1])
            if ended is None:
                if until_failure or not hasty:
                    return hasty | findings
                continue
            step, finding = ended
            if finding.status == "timeout" and in_haste and step in fresh:
                less = f"it had only {allowed.check_seconds:g} CPU seconds"
                said = f"the check timed out: {HURRIED}, so {less}"
                hasty[step] = replace(finding, difference=said)
                continue
            stopped = waiting if finding.at_import else [name for name in waiting if name == step]
            stopped = [name for name in stopped if name not in findings]  # the process may have died between two checks
            findings |= dict.fromkeys(stopped, finding)
            self.count(done=len(stopped) * (not standing_on))
            patience -= 1
        return findings

    def _over(self, spent: "_Spent") -> Finding | None:
        """Return why nothing more can run, if so."""
        if spent.is_over():
            most = f"{spent.limits.exercise_seconds:g} CPU seconds"
            limit = f"the exercise has used its {most} (--exercise-seconds)"
            if spent.cpu_seconds < spent.limits.exercise_seconds:
                limit = f"the exercise has taken too long by the clock (its limit is {most}, --exercise-seconds)"
            if time.monotonic() >= self._deadline:
                limit = f"the submission has used its {self.limits.run_seconds:g} s (--submission-seconds)"
            return Finding("timeout", difference=f"not run: {limit}")
        if self.limits.cpu_seconds - self._cpu_left >= self.limits.run_seconds:
            limit = f"the submission has used its {self.limits.run_seconds:g} CPU seconds (--submission-seconds)"
            return Finding("timeout", difference=f"not run: {limit}")
        if self._cpu_left <= 0:
            used_up = f"not run: the submission has used its {self.limits.cpu_seconds:g} s of CPU time"
            return Finding("timeout", difference=used_up)
        return None

    def count(self, *, done: int = 0, cpu_seconds: float = 0.0) -> None:
        """Add finished checks and CPU time; several threads run exercises."""
        with self._counting:
            self._done += done
            self._cpu_left -= cpu_seconds

    def _follow(
        self,
        exercise: Exercise,
        process: Process,
        findings: dict[str, Finding],
        limits: Limits,
        spent: "_Spent",
        *,
        counted: bool,
    ) -> tuple[str, Finding] | None:
        """Read a process's records until it is done; otherwise return its last step, and why it ended."""
        step, started, late = "import", _Moment.of(process), Finding("timeout")
        while True:
            over, wait = _time_left(step, started, process, limits, spent)
            try:
                record = process.records.get(timeout=LATE_SECONDS if over else wait)
            except queue.Empty:
                if over is None:
                    continue
                seconds = time.monotonic() - started.clock
                process.end(0.0)
                return step, _timed_out(late, step, seconds, over)
            self.cancellation.check()
            if record is None:
                status = process.end(0.5)
                return step, _died(step, status)
            if "broken" in record:
                raise UsageError(record["broken"])
            if "lost" in record:
                return step, _lost(late, step, record["lost"], process, limits, time.monotonic() - started.clock)
            if "started" in record:
                step, started, late = record["started"], _Moment.of(process), Finding("timeout")
                if counted and step != "import":
                    self._tell(Progress(exercise.name, step, min(self._done, self.total), self.total))
            elif "late" in record:
                late = Finding(**record["late"])
            elif "finished" in record:
                findings[record["finished"]] = Finding(**record["finding"])
                self.count(done=int(counted))
            elif "done" in record:
                process.end(0.2)
                return None


def _function(finding: Finding) -> str | None:
    """Return the function in which an answer was stopped, if known; in the sandbox it is not."""
    inside = re.findall(r"^\S.*, line \d+, in (\S+)$", finding.traceback or "", re.MULTILINE)
    return inside[-1] if inside else None


def _hastened(limits: Limits) -> Limits:
    least = min(LEAST_SECONDS, limits.check_seconds)
    return replace(limits, check_seconds=max(limits.check_seconds / HASTE, least))


@dataclass
class _Spent:
    """What the processes of one exercise have used together, and their deadline."""

    limits: Limits
    deadline: float
    cpu_seconds: float = 0.0

    def is_over(self) -> bool:
        """Return whether nothing is left."""
        return self.cpu_seconds >= self.limits.exercise_seconds or time.monotonic() >= self.deadline


@dataclass(frozen=True)
class _Moment:
    """The start of a step, by wall clock and by CPU time."""

    clock: float
    cpu_seconds: float

    @classmethod
    def of(cls, process: Process) -> "_Moment":
        return cls(time.monotonic(), process.cpu_seconds())


def _time_left(
    step: str, started: _Moment, process: Process, limits: Limits, spent: _Spent
) -> tuple[str | None, float]:
    """Return the limit that a step has reached, to follow "timed out", and how long to wait before the next look."""
    clock, cpu = time.monotonic(), process.cpu_seconds()
    check, exercise = limits.check_seconds, limits.exercise_seconds
    waited, computed = clock - started.clock, cpu - started.cpu_seconds
    left = [
        (exercise - spent.cpu_seconds - cpu, _of_exercise(exercise, step)),
        (spent.deadline - clock, _by_the_clock(waited, computed, exercise, "exercise")),
    ]
    if step != "import":
        left.append((check - computed, _by_computing(check, "check")))
        left.append((WAITING * check * _crowd() - waited, _by_the_clock(waited, computed, check, "check")))
    least, words = min(left)
    return (words, 0.0) if least <= 0 else (None, max(least, LEAST_WAIT))


def _by_computing(limit: float, of: str) -> str:
    return f" after {limit:g} CPU seconds (the limit per {of}, --{of}-seconds): is there an endless loop?"


def _by_the_clock(waited: float, computed: float, limit: float, of: str) -> str:
    """Say that the time by the clock is over; on a busy machine a loop may not reach its limit of CPU time before."""
    limited = f"(the limit per {of} is {limit:g} CPU seconds, --{of}-seconds)"
    if computed > max(limit / 10, LEAST_COMPUTED):
        return f" after {waited:.3g} s, {computed:.2g} s of them computing {limited}"
    return f" after {waited:.3g} s of waiting {limited}: does it wait for something?"


def _of_exercise(limit: float, step: str) -> str:
    """Say that the limit per exercise is reached; a check may be the last of many that took their time."""
    if step == "import":
        return _by_computing(limit, "exercise")
    return f": the exercise has used its {limit:g} CPU seconds (--exercise-seconds)"


def _crowd() -> float:
    """Return the number of processes per core, because a process that waits for a core is not hanging."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)) if hasattr(os, "getloadavg") else 1.0


def _timed_out(late: Finding, step: str, seconds: float, limit: str) -> Finding:
    """Make the finding of a step that timed out.

    Args:
        late: what the process still reported at its deadline.
        step: "import", or the check.
        seconds: how long it took.
        limit: the limit that it reached, to follow "timed out".
    """
    if late.status != "timeout":
        return replace(late, seconds=seconds)  # the check had already failed, and hypothesis was shrinking the example
    what = "importing the file" if step == "import" else "the check"
    return replace(late, seconds=seconds, difference=f"{what} timed out{limit}", at_import=step == "import")


def _lost(late: Finding, step: str, why: str, process: Process, limits: Limits, seconds: float) -> Finding:
    """Find out why the answer's process is gone: it died, violated the protocol, or hung."""
    assert process.worker is not None
    status, used = process.worker.end(0.5)
    process.end(0.5)
    if status == WALLS_MISSING:
        raise UsageError("the sandbox could not be set up for another worker; try again")
    if used >= limits.exercise_seconds:
        return _timed_out(late, step, seconds, _of_exercise(limits.exercise_seconds, step))
    if why == "time":
        return _timed_out(late, step, seconds, _by_the_clock(seconds, used, limits.exercise_seconds, "exercise"))
    return _died(step, status if why == "closed" else PIPE_CLOSED)


def _died(step: str, status: int | None) -> Finding:
    during = "while the file was imported" if step == "import" else "during this check"
    if status is None or status == PIPE_CLOSED:
        how = "closed the pipe to the grader"
    elif status < 0:
        name = signal.Signals(-status).name if -status in {s.value for s in signal.Signals} else str(-status)
        how = {
            "SIGSEGV": "crashed (SIGSEGV, invalid memory access)",
            "SIGKILL": "was killed (SIGKILL, often because memory ran out)",
        }.get(name, f"crashed ({name})")
    else:
        how = "exited Python (os._exit)" if status == 0 else f"exited Python (exit status {status})"
    difference = f"the answer {how} {during}"
    return Finding("error", difference=difference, got=f"no result: the process {how}", at_import=step == "import")
