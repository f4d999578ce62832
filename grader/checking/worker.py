"""The process in which answers run: it imports torch and the checks once, then forks a child for each request.

Requests are JSON lines on standard input; records are JSON lines on what was standard output, or, for a forked child,
on a pipe of its own that comes with the request. A child belongs to one exercise: whatever an answer does to its
process ends with it. Where processes cannot fork, the supervisor starts a new worker for each request.
"""

import contextlib
import gc
import importlib
import io
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

import pytest

from grader.checking import explain, plugin
from grader.checking.processes import PIPE_CLOSED
from grader.result import Finding

MOST_PRINTED = 2_000
REQUEST_BYTES = 1 << 16
_QUIET = ["terminal", "cacheprovider", "doctest", "junitxml", "faulthandler", "logging", "unraisableexception"]
_QUIET += ["threadexception", "warnings", "pastebin", "debugging", "setuponly", "setupplan", "stepwise", "recwarn"]


class Tail(io.TextIOBase):
    """Standard output for answers: keeps the end of what they print, and cannot be closed or filled."""

    def __init__(self) -> None:
        self._text = ""

    def write(self, text: str) -> int:
        """Keep the last characters."""
        self._text = (self._text + text[-MOST_PRINTED:])[-MOST_PRINTED:]
        return len(text)

    def writable(self) -> bool:
        """It is."""
        return True

    def close(self) -> None:
        """Closing changes nothing: the next print still works."""

    def forget(self) -> None:
        """Start anew."""
        self._text = ""

    def text(self) -> str:
        """What was printed last."""
        return self._text


class Records:
    """Writes records, one JSON line each."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def send(self, **record: Any) -> None:
        """Write one record, whole."""
        data = json.dumps(record).encode() + b"\n"
        while data:
            data = data[os.write(self.descriptor, data) :]


class Worker:
    """The plugin object that takes over pytest's run loop."""

    def __init__(self, records: Records, control: socket.socket | None) -> None:
        self.records, self.control = records, control

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A check file that cannot be imported is the project's fault, or the environment's."""
        if report.failed:
            self.records.send(broken=report.longreprtext.strip().splitlines()[-1].removeprefix("E").strip())

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> NoReturn:
        """Tell which checks there are, then serve requests until the supervisor closes its end."""
        items = plugin.checks(session.items)
        self.records.send(
            checks={name: [asdict(item.stash[plugin.CHECK]) for item in found] for name, found in items.items()}
        )
        warm_up()
        gc.freeze()
        gc.enable()
        if self.control is not None:
            serve(self.control, self.records, items)
        elif line := sys.stdin.readline():
            run(json.loads(line), self.records, items)
        os._exit(0)  # tearing torch down takes longer than a check


def warm_up() -> None:
    """Do once what each child would do again."""
    if "numpy" in sys.modules:
        importlib.import_module("numpy.random")  # hypothesis looks at it first; 40 ms
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)  # a fork after work on two threads hangs (measured)


def serve(control: socket.socket, records: Records, items: dict[str, list[pytest.Item]]) -> None:
    """Fork a child for each request; the pipe for its records comes with it. End children when told to."""
    children: set[int] = set()
    try:
        for request, descriptors in requests(control):
            if "end" in request:
                records.send(ended=request["end"], status=end(request["end"], request["patience"]))
                children.discard(request["end"])
                continue
            child = os.fork()
            if child == 0:
                os.setsid()
                control.close()
                run(request, Records(descriptors[0]), items)
            os.close(descriptors[0])
            children.add(child)
            records.send(forked=child)
    finally:
        for child in children:
            end(child, 0.0)


def requests(control: socket.socket) -> Iterator[tuple[dict[str, Any], list[int]]]:
    """The supervisor's requests, each with its descriptors; it waits for an answer before it sends the next."""
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, REQUEST_BYTES, 1)
        if not data:
            return
        yield json.loads(data), descriptors


def end(child: int, patience: float) -> int | None:
    """Wait for a child, then kill it and all of its group; its exit status, or None where it had to be killed."""
    deadline = time.monotonic() + patience
    status = None
    while status is None:
        with contextlib.suppress(ChildProcessError):
            ended, code = os.waitpid(child, os.WNOHANG)
            if ended:
                status = os.waitstatus_to_exitcode(code)
                break
        if time.monotonic() >= deadline:
            break
        time.sleep(0.005)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    if status is None:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, 0)
    return status


def run(request: dict[str, Any], records: Records, items: dict[str, list[pytest.Item]]) -> NoReturn:
    """Import the answer and run the checks asked for, a record before and after each step; then end the process."""
    try:
        exercise, memory, replaced = request["exercise"], request["memory_bytes"], request["standing_on"]
        printed = close_the_world(memory)
        answers = plugin.answers_of(items[exercise][0].config)
        answers.take(Path(request["folder"]), replaced)
        plugin.seed(items[exercise], request["seed"])
        if not request["shrink"]:
            plugin.find_only(items[exercise])
        records.send(started="import")
        with contextlib.suppress(BaseException):  # what the import raises, each check raises again, and tells
            getattr(answers, exercise)
        for item in items[exercise]:
            name = item.stash[plugin.CHECK].name
            if name in request["checks"]:
                records.send(started=name)
                printed.forget()
                raised, seconds = plugin.run_check(item)
                found = Finding("passed") if raised is None else explain.finding(raised, exercise, replaced, memory)
                fields = asdict(found) | {"seconds": seconds, "printed": printed.text() or None}
                del raised, found
                records.send(finished=name, finding=fields)
        records.send(done=True)
    except OSError:
        os._exit(PIPE_CLOSED)
    finally:
        os._exit(0)  # no exit handler, thread or finaliser of the answers runs


def close_the_world(memory_bytes: int) -> Tail:
    """Leave answers no input, no real output and no more memory than the limit; returns what keeps their prints."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    printed = Tail()
    sys.stdout = sys.__stdout__ = sys.stderr = sys.__stderr__ = printed  # type: ignore[misc,assignment]
    limit_memory(memory_bytes)
    return printed


def limit_memory(memory_bytes: int) -> None:
    """Refuse allocations beyond the limit, where the system can (Linux; macOS takes the limit and ignores it)."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for limit, most in ((resource.RLIMIT_DATA, memory_bytes), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))


def hidden_checks(folder: str, public: list[str]) -> list[str]:
    """Arguments for the check files in another folder: they have the names of the exercises' own."""
    files = [str(Path(folder) / Path(path).name) for path in public]
    present = [path for path in files if Path(path).exists()]
    return [f"--hidden-checks={folder}", "--import-mode=importlib", *present]


def main() -> None:
    """Start pytest on the check files named, with its records on what was standard output."""
    gc.disable()  # until all is imported: that leaves no garbage, and looking for it takes a tenth of the time
    options = json.loads(sys.argv[1])
    records = Records(os.dup(1))
    os.dup2(2, 1)
    control = socket.socket(fileno=options["control"]) if options["control"] is not None else None
    quiet = [word for name in _QUIET for word in ("-p", f"no:{name}")]
    hidden = hidden_checks(options["hidden"], options["pytest"]) if options["hidden"] else []
    arguments = ["-c", options["config"], "--assert=plain", "-s", *quiet, *options["pytest"], *hidden]
    pytest.main(arguments, plugins=[Worker(records, control)])


if __name__ == "__main__":
    main()
