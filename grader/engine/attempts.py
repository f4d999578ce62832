"""An attempt: checks of one answer run in other processes, within limits, as often as it takes to hear of each.

Nothing of the learner's runs here. A process that dies, hangs or closes its pipe costs the check that it was at; the
remaining checks go on in a new one. Limits are CPU time of the process in which the answer runs, so that a loaded
machine grades as an idle one; an answer that sleeps or waits is stopped by the clock, after six times as long.
"""

import contextlib
import math
import os
import queue
import re
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.answers.sandbox import WALLS_MISSING
from grader.base.errors import UsageError
from grader.base.results import Finding
from grader.engine.worker_processes import PIPE_CLOSED, Process, Workers
from grader.kata.curriculum import Exercise
from grader.kata.submission import Submission

AT_ONCE = min(2, os.cpu_count() or 1)
WAITING = 6  # times as many seconds by the clock as of CPU time
LATE_SECONDS = 0.3  # in which an answer whose time is over tells what it is at
LEAST_WAIT = 0.02  # between two looks at the CPU time of a process
HASTE, LEAST_SECONDS = 10, 1.0  # once a check has hung the others have so many times less at first, or at the least


@dataclass(frozen=True)
class Limits:
    """What one answer may use: CPU seconds for a check and an exercise, seconds by the clock for a whole run, bytes of
    memory for a run.

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
        self._running: set[Process] = set()
        self._lock = threading.Lock()

    def ask(self) -> None:
        """Give the run up."""
        with self._lock:
            self.asked = True
            for process in self._running:
                process.records.put(None)  # whoever waits for a record wakes up

    @contextlib.contextmanager
    def watching(self, process: Process) -> Iterator[None]:
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


class Attempts:
    """The attempts of one run, which share its time, its CPU seconds and the count of what is done.

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
        self.total = 0  # checks that there are to do
        self._seed, self._shrink, self._at_once, self._tell = seed, shrink, at_once, tell
        self._deadline = time.monotonic() + WAITING * limits.run_seconds * _crowd()
        self._done, self._cpu_left = 0, limits.cpu_seconds
        self._counting = threading.Lock()

    def request(self, exercise: Exercise, **more: Any) -> dict[str, Any]:
        """What a process is asked to do, apart from how."""
        return {
            "exercise": exercise.name,
            "seed": self._seed if isinstance(self._seed, int) else self._seed[exercise.name],
            "memory_bytes": self.limits.memory_bytes // self._at_once,
            "sandboxed": self.workers.sandboxed,
            **more,
        }

    def make(
        self,
        exercise: Exercise,
        names: Sequence[str],
        standing_on: Collection[str],
        limits: Limits,
        patience: int,
        until_failure: bool = False,
    ) -> dict[str, Finding]:
        """Run checks, in as many processes as it takes: one that dies or hangs costs the check that it was at.

        Once a check has hung, the others have a tenth of the time at first, so that those that do not hang are reached.
        One that this stops elsewhere than in a function that hung is tried again at the end, in full.

        After `patience` such processes, or at the first failure, it gives up; what was not tried by then is missing
        from the findings.
        """
        findings: dict[str, Finding] = {}
        hasty: dict[str, Finding] = {}  # of the checks that were stopped early
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
            request = self.request(
                exercise,
                folder=str(self.submission.folder.absolute()),
                checks=fresh or waiting,
                standing_on=list(standing_on),
                given=list(self.submission.given),
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
                said = (
                    f"the check was stopped after {allowed.check_seconds:g} CPU seconds, as another one had never ended"
                )
                hasty[step] = replace(finding, difference=said)
                continue
            stopped = waiting if finding.at_import else [name for name in waiting if name == step]
            stopped = [name for name in stopped if name not in findings]  # it may have died between two checks
            findings |= dict.fromkeys(stopped, finding)
            self.count(done=len(stopped) * (not standing_on))
            patience -= 1
        return findings

    def _over(self, spent: "_Spent") -> Finding | None:
        """Why nothing more can be tried, where that is so."""
        if spent.is_over():
            limit = f"the {spent.limits.exercise_seconds:g} CPU seconds of the exercise (--exercise-seconds)"
            if time.monotonic() >= self._deadline:
                limit = f"the time of the whole submission, {self.limits.run_seconds:g} s (--submission-seconds)"
            return Finding("timeout", difference=f"not reached within {limit}")
        if self.limits.cpu_seconds - self._cpu_left >= self.limits.run_seconds:
            limit = f"the {self.limits.run_seconds:g} CPU seconds of the whole submission (--submission-seconds)"
            return Finding("timeout", difference=f"not reached within {limit}")
        if self._cpu_left <= 0:
            used_up = f"the {self.limits.cpu_seconds:g} s of CPU time that a submission has are used up"
            return Finding("timeout", difference=used_up)
        return None

    def count(self, *, done: int = 0, cpu_seconds: float = 0.0) -> None:
        """Note checks that are done and CPU time that is spent; exercises are checked in several threads."""
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
        """Take a process's records until it is done; else the step that it was at when it ended, and why."""
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
    """The function that an answer was in when it was stopped, where that is known: in the sandbox it is not."""
    inside = re.findall(r"^\S.*, line \d+, in (\S+)$", finding.traceback or "", re.MULTILINE)
    return inside[-1] if inside else None


def _hastened(limits: Limits) -> Limits:
    least = min(LEAST_SECONDS, limits.check_seconds)
    return replace(limits, check_seconds=max(limits.check_seconds / HASTE, least))


@dataclass
class _Spent:
    """What the processes of one exercise have spent together, and until when they may go on by the clock."""

    limits: Limits
    deadline: float
    cpu_seconds: float = 0.0

    def is_over(self) -> bool:
        """Whether nothing is left."""
        return self.cpu_seconds >= self.limits.exercise_seconds or time.monotonic() >= self.deadline


@dataclass(frozen=True)
class _Moment:
    """When a step began: by the clock, and by the CPU time of its process."""

    clock: float
    cpu_seconds: float

    @classmethod
    def of(cls, process: Process) -> "_Moment":
        return cls(time.monotonic(), process.cpu_seconds())


def _time_left(
    step: str, started: _Moment, process: Process, limits: Limits, spent: _Spent
) -> tuple[str | None, float]:
    """Which limit a step has reached, if any, in words; and how long to wait before looking again."""
    clock, cpu = time.monotonic(), process.cpu_seconds()
    check, exercise = limits.check_seconds, limits.exercise_seconds
    of_check = f"{check:g} CPU seconds that a check may take (--check-seconds)"
    of_exercise = f"{exercise:g} CPU seconds that an exercise may take (--exercise-seconds)"
    left = [(exercise - spent.cpu_seconds - cpu, of_exercise), (spent.deadline - clock, of_exercise)]
    if step != "import":
        waited, longest = clock - started.clock, WAITING * check * _crowd()
        left.append((check - (cpu - started.cpu_seconds), of_check))
        left.append((longest - waited, f"{waited:.3g} s of waiting, of the {of_check}"))
    least, words = min(left)
    return (words, 0.0) if least <= 0 else (None, max(least, LEAST_WAIT))


def _crowd() -> float:
    """How many processes share a core: a process that waits for its turn does not wait for anything of its own."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)) if hasattr(os, "getloadavg") else 1.0


def _timed_out(late: Finding, step: str, seconds: float, limit: str) -> Finding:
    """The finding of a step that was ended; `late` is what it told when its time was over, where it still could."""
    if late.status != "timeout":
        return replace(late, seconds=seconds)  # it had failed already, and was being made smaller
    what = "importing the file" if step == "import" else "the check"
    why = "does it wait for something?" if "of waiting" in limit else "does a loop never end?"
    difference = f"{what} was stopped after the {limit}: {why}"
    return replace(late, seconds=seconds, difference=difference, at_import=step == "import")


def _lost(late: Finding, step: str, why: str, process: Process, limits: Limits, seconds: float) -> Finding:
    """Why the process that the answers run in is gone: it died, it broke the rules of the boundary, or it hung."""
    assert process.worker is not None
    status, used = process.worker.end(0.5)
    process.end(0.5)
    if status == WALLS_MISSING:
        raise UsageError("the sandbox could not be set up for a worker as it was for the first one; try once more")
    if why == "time" or used >= limits.exercise_seconds:
        exercise = f"{limits.exercise_seconds:g} CPU seconds that an exercise may take (--exercise-seconds)"
        return _timed_out(late, step, seconds, exercise)
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
