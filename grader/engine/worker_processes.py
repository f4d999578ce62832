"""Starts, talks to and ends the processes in which answers run; `attempts` judges their findings.

On Linux, one warm worker forks a child per request; elsewhere each request gets a new worker. In the sandbox, each
child has a second process (`answers.sandbox`): the child runs the checks, the second process runs the answer.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from grader.answers.sandbox import Sandbox, SandboxedWorker
from grader.base import paths
from grader.base.errors import UsageError
from grader.base.json_lines import JsonSocket
from grader.base.results import Check
from grader.base.shadowing import in_the_way, instead
from grader.engine.cause_finder import CauseFinder
from grader.engine.process import Process
from grader.engine.requests import (
    DrawInputs,
    EndProcess,
    FindMistakes,
    ForkRequest,
    Request,
    as_json,
)
from grader.kata import assignment, curriculum
from grader.kata.curriculum import Exercise

CLOSE_SECONDS = 5.0  # time for the warm worker to end its children, which takes milliseconds
MOST_BANKS = 14  # processes that hold known mistakes: one per exercise
CAN_FORK = hasattr(os, "fork") and hasattr(socket, "send_fds") and sys.platform == "linux"


class Workers:
    """The worker processes: one that forks (Linux), or a new one per request. Close them, or use `with`.

    Args:
        chosen: the exercises that they check.
        hidden: a folder with more checks, in files of the same names as the exercises' own.
        fork: whether to fork.
        sandbox: whether answers run in a sandbox.
        accept_weak: run them there too where the sandbox lacks a layer that an exam needs.
        many: whether many answers will come; where processes fork, the inputs of checks are then drawn once for all,
            and in the sandbox the scripts of checks are put together once for all.

    Raises:
        UsageError: this system cannot have a sandbox.
    """

    def __init__(
        self,
        chosen: Sequence[Exercise],
        *,
        hidden: Path | None = None,
        fork: bool = CAN_FORK,
        sandbox: bool = False,
        accept_weak: bool = False,
        many: bool = False,
    ) -> None:
        self.many = many
        self.causes = CauseFinder(self._started, most=MOST_BANKS if fork else 1)  # a spawned one has its own torch
        self._collected, self._hidden, self._fork = _with_ancestors(chosen), hidden, fork
        self._accept_weak = accept_weak
        if sandbox and not fork:
            raise UsageError("the sandbox needs Linux; without --sandbox the answers are graded in a plain process")
        self._sandbox = Sandbox() if sandbox else None
        self._drawn: set[tuple[str, int]] = set()
        self._lock = threading.Lock()
        self._checks: dict[str, tuple[Check, ...]] = {}
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the workers)
        self._spawned: set[subprocess.Popen[bytes]] = set()
        self._control: JsonSocket | None = None
        self._warm: subprocess.Popen[bytes] | None = None
        if fork:
            ours, theirs = socket.socketpair()
            self._control = JsonSocket(ours)
            with theirs:
                self._warm = self._spawn(theirs)
        else:
            self._warm = self._spawn(None)

    def checks(self) -> dict[str, tuple[Check, ...]]:
        """Return the checks of each exercise, as the worker collected them."""
        with self._lock:
            if not self._checks:
                record = self._answer()
                if "checks" not in record:
                    broken = f"cannot run here: {record['broken']}"
                    if self._hidden is not None:
                        raise UsageError(f"the checks with those in {paths.shown(self._hidden)} {broken}")
                    raise UsageError(f"the checks {broken}; {_remedy()}")
                exercises = {exercise.name: exercise for exercise in self._collected}
                self._checks = {
                    name: _worth(exercises[name], [Check(**(c | {"contract": tuple(c["contract"])})) for c in found])
                    for name, found in record["checks"].items()
                }
            return self._checks

    @property
    def sandboxed(self) -> bool:
        """Whether answers run in a sandbox."""
        return self._sandbox is not None

    def layers(self) -> dict[str, str] | None:
        """The layers of the sandbox, each "on" or "unavailable: why"; None without a sandbox.

        Raises:
            UsageError: it lacks one that an exam needs, and that was not accepted.
        """
        if self._sandbox is None:
            return None
        weakness = self._sandbox.weakness()
        if weakness and not self._accept_weak:
            raise UsageError(
                f"the sandbox lacks {weakness}; --accept-weak-sandbox grades anyway, and the results say so"
            )
        return self._sandbox.layers()

    @contextlib.contextmanager
    def start(self, request: ForkRequest) -> Iterator[Process]:
        """Start a process for a request; it is ended with the block."""
        process = self._started(request)
        try:
            yield process
        finally:
            process.end(0.0)
            if process.worker is not None:
                process.worker.end(0.0)

    def _started(self, request: ForkRequest) -> Process:
        if self._control is None:
            return self._fresh(request)
        if self.many:
            self._draw(request.exercise, request.seed)
        if isinstance(request, FindMistakes):  # the bank's code needs no sandbox
            asked, questions = os.pipe()
            return self._forked(request, asked, questions=os.fdopen(questions, "wb"))
        if self._sandbox is None:
            return self._forked(request)
        worker = self._sandbox.start(memory_bytes=request.memory_bytes, cpu_seconds=request.cpu_seconds)
        return self._forked(request, worker.connection.detach(), worker=worker)

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes."""
        if self._control is not None:
            self._control.close()
        if self._sandbox is not None:
            self._sandbox.close()
        for process in list(self._spawned):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(CLOSE_SECONDS if process is self._warm and self._fork else 0)
            _kill(process)
        self._errors.close()

    def _draw(self, exercise: str, seed: int) -> None:
        """Make the warm worker generate inputs and record scripts, once for all later forks."""
        if (exercise, seed) not in self._drawn:
            self._drawn.add((exercise, seed))
            self._asked(DrawInputs(exercise, seed, scripts=self.sandboxed))

    def _asked(self, request: Request, descriptors: Sequence[int] = ()) -> dict[str, Any]:
        """What the warm process answers."""
        assert self._control is not None
        with self._lock:
            self._control.send(as_json(request), descriptors)
            return self._answer()

    def _forked(
        self,
        request: ForkRequest,
        connection: int | None = None,
        worker: SandboxedWorker | None = None,
        questions: IO[bytes] | None = None,
    ) -> Process:
        """Fork a process for a request; it takes over the connection to its worker, or the pipe of its questions."""
        reader, writer = os.pipe()
        passed = [writer] if connection is None else [writer, connection]
        try:
            child, end = self._fork_for(request, passed)
        finally:
            for descriptor in passed:
                os.close(descriptor)
        return Process(os.fdopen(reader, "rb"), end, child, worker, questions)

    def _fork_for(self, request: ForkRequest, descriptors: Sequence[int]) -> tuple[int, Callable[[float], int | None]]:
        """Have the warm process fork one for a request: its number, and how to end it."""
        child = self._asked(request, descriptors)["forked"]
        ended: list[int | None] = []

        def end(patience: float) -> int | None:
            if not ended:
                with contextlib.suppress(OSError, UsageError):
                    ended.append(self._asked(EndProcess(child, patience))["status"])
            return ended[0] if ended else None

        return child, end

    def _fresh(self, request: ForkRequest) -> Process:
        with self._lock:
            process, self._warm = self._warm, None
        if process is None:
            process = self._spawn(None)
            self._answer(process)  # its list of checks, which is already known
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(as_json(request)).encode() + b"\n")
        process.stdin.flush()
        if not isinstance(request, FindMistakes):  # no questions follow
            process.stdin.close()

        def end(patience: float) -> int | None:
            try:
                return process.wait(patience)
            except subprocess.TimeoutExpired:
                _kill(process)
                return None

        return Process(process.stdout, end, process.pid if CAN_FORK else None, questions=process.stdin)

    def _answer(self, process: subprocess.Popen[bytes] | None = None) -> dict[str, Any]:
        """Return the next record of the warm worker itself."""
        process = process or self._warm
        assert process is not None and process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise UsageError(f"the worker process does not start: {self._last_error()}; {_remedy()}")
        record: dict[str, Any] = json.loads(line)
        return record

    def _last_error(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it ended without a message"

    def _spawn(self, theirs: socket.socket | None) -> "subprocess.Popen[bytes]":
        options = {
            "config": str(paths.checkout().root / "pyproject.toml"),
            "control": theirs.fileno() if theirs else None,
            # relative, because pytest interprets a [ in a path
            "pytest": [os.path.relpath(exercise.checks, paths.checkout().root) for exercise in self._collected],
            "hidden": str(self._hidden.absolute()) if self._hidden else None,
        }
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "grader.engine.warm_worker", json.dumps(options)],
            stdin=subprocess.PIPE if theirs is None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=paths.checkout().root,
            env=environment(),
            pass_fds=[theirs.fileno()] if theirs else [],
            start_new_session=True,  # only the supervisor receives Ctrl-C
        )
        self._spawned.add(process)
        return process


def environment() -> dict[str, str]:
    """Return the environment: one thread per process (two cores check two exercises), no plugins of other projects, no
    debugger.
    """
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    quiet = {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONBREAKPOINT": "0",
        "MPLBACKEND": "agg",  # plt.show() opens no window
        "PYTEST_ADDOPTS": "",
        "PYTHONHASHSEED": "0",
    }
    return os.environ | threads | quiet


def _remedy() -> str:
    """Suggest a fix if the checks do not start."""
    places = [Path(place) for place in os.environ.get("PYTHONPATH", "").split(os.pathsep) if place]
    suspects = sorted({paths.shown(found) for found in in_the_way([paths.checkout().root, *places])})
    if suspects:
        return f"Python may import {instead(suspects)}"
    return "make grade repairs the environment"


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a worker and its process group."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)


def _with_ancestors(chosen: Sequence[Exercise]) -> tuple[Exercise, ...]:
    own = {exercise.name: exercise for exercise in chosen}
    names = own.keys() | set(curriculum.beneath(chosen))
    return tuple(own.get(exercise.name, exercise) for exercise in curriculum.exercises() if exercise.name in names)


def _worth(exercise: Exercise, checks: Sequence[Check]) -> tuple[Check, ...]:
    """Return the checks with their own points, or with their share of the assignment's points."""
    if not exercise.assigned:
        return tuple(checks)
    weights = [0.0 if check.hidden else check.points for check in checks]
    worth = assignment.shares(weights, exercise.points, digits=2)
    ratio = exercise.points / sum(weights)
    return tuple(
        replace(check, points=round(check.points * ratio, 2) if check.hidden else points)
        for check, points in zip(checks, worth, strict=True)
    )
