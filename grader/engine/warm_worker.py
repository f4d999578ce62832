"""The warm worker: imports torch and the checks once, then forks a `child` per request.

Requests are JSON lines on standard input. Records are JSON lines on the original standard output or, for a forked
child, on a pipe that comes with the request. A child serves one exercise, so whatever an answer does to its process
ends with it. Where processes cannot fork, the supervisor starts a new worker per request.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest
from hypothesis import strategies

from grader.base.json_lines import JsonSocket, Records
from grader.engine import class_scripts, pytest_plugin
from grader.engine.exercise_process import run, weights_seed
from grader.engine.requests import CheckAnswer, DrawInputs, EndProcess, FindMistakes, ForkRequest, from_json
from grader.language.script import SCRIPT

_QUIET = ["terminal", "cacheprovider", "doctest", "junitxml", "faulthandler", "logging", "unraisableexception"]
_QUIET += ["threadexception", "warnings", "pastebin", "debugging", "setuponly", "setupplan", "stepwise", "recwarn"]
_PR_SET_PDEATHSIG = 1
GARBAGE = 20_000  # allocations before a garbage collection; the default of 700 costs a twentieth of a check


class Worker:
    """The plugin object that replaces pytest's run loop."""

    def __init__(self, records: Records, control: socket.socket | None) -> None:
        self.records, self.control = records, control

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Report a check file that cannot be imported, which is the fault of the project or the environment."""
        if report.failed:
            self.records.send(broken=report.longreprtext.strip().splitlines()[-1].removeprefix("E").strip())

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> NoReturn:
        """Report the collected checks, then serve requests until the supervisor closes its end."""
        items = pytest_plugin.checks(session.items)
        self.records.send(
            checks={name: [asdict(item.stash[pytest_plugin.CHECK]) for item in found] for name, found in items.items()}
        )
        warm_up()
        gc.freeze()
        gc.set_threshold(GARBAGE)
        gc.enable()
        if self.control is not None:
            serve(self.control, self.records, items)
        else:
            serve_one(self.records, items)
        os._exit(0)  # shutting down torch takes longer than a check


def warm_up() -> None:
    """Do once what each child would otherwise repeat."""
    if "numpy" in sys.modules:
        importlib.import_module("numpy.random")  # hypothesis looks at it first; 40 ms
    _first_example()
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)  # a fork after work on two threads hangs (measured)


@hypothesis.given(strategies.integers(0, 3) | strategies.lists(strategies.sampled_from("ab")))
def _first_example(_: object) -> None:
    """Draw something: what hypothesis does at its first example takes 50 ms, half of it in `gc.collect`."""


def warm_up_for(request: ForkRequest) -> None:
    """Import once what a request needs, before its time runs: what torch imports at a first use may take seconds."""
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(request, CheckAnswer) or request.sandboxed:
        return
    text = ""
    with contextlib.suppress(OSError):
        text = (Path(request.folder) / f"{request.exercise}.py").read_text("utf-8", "replace")
    if ".optim" in text:
        torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    if ".backward(" in text or ".grad(" in text:
        one = torch.ones(1, requires_grad=True)
        torch.autograd.grad(one * 1, one, torch.ones(1))  # with a gradient to begin with it imports sympy


def serve(connection: socket.socket, records: Records, items: dict[str, list[pytest.Item]]) -> None:
    """Fork a child per request, with the pipe for its records. End children on request."""
    children: set[int] = set()
    try:
        for data, descriptors in JsonSocket(connection).received():
            request = from_json(data)
            if isinstance(request, EndProcess):
                records.send(ended=request.process, status=end(request.process, request.patience))
                children.discard(request.process)
                continue
            if isinstance(request, DrawInputs):
                draw(items[request.exercise], request.seed, scripts=request.scripts)
                gc.freeze()
                records.send(drawn=request.exercise)
                continue
            warm_up_for(request)
            child = os.fork()
            if child == 0:
                end_with_parent()
                os.setsid()
                connection.close()
                run(request, Records(descriptors[0]), items, descriptors[1] if descriptors[1:] else None)
            for descriptor in descriptors:
                os.close(descriptor)
            children.add(child)
            records.send(forked=child)
    finally:
        for child in children:
            end(child, 0.0)


def serve_one(records: Records, items: dict[str, list[pytest.Item]]) -> None:
    """Do what the one request on standard input asks for, in this process; questions come after it."""
    with os.fdopen(os.dup(0), "rb", buffering=0) as requests:  # reads no further than the line
        if line := requests.readline():
            request = from_json(json.loads(line))
            assert isinstance(request, CheckAnswer | FindMistakes)
            warm_up_for(request)
            run(request, records, items, requests.fileno() if isinstance(request, FindMistakes) else None)


def draw(items: list[pytest.Item], seed: int, *, scripts: bool) -> None:
    """Draw the inputs of an exercise's checks; for sandboxed answers put the scripts of the checks together, too."""
    pytest_plugin.draw(items, seed)
    if not scripts or seed in items[0].stash[pytest_plugin.SCRIPTS]:
        return
    answers = pytest_plugin.answers_of(items[0].config)
    answers.take_references()
    SCRIPT.seed = weights_seed(seed)
    for item in items:
        item.stash[pytest_plugin.SCRIPTS][seed] = class_scripts.put_together(item, answers.runner)


def end_with_parent() -> None:
    """Make the kernel kill this process if its parent ends, because an answer may loop (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def end(child: int, patience: float) -> int | None:
    """Wait for a child, then kill its process group; return its exit status, or None if it was killed."""
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


def hidden_checks(folder: str, public: list[str]) -> list[str]:
    """Return the pytest arguments for hidden check files, which have the same names as the exercises' own."""
    files = [str(Path(folder) / Path(path).name) for path in public]
    present = [path for path in files if Path(path).exists()]
    return [f"--hidden-checks={folder}", "--import-mode=importlib", *present]


def main() -> None:
    """Start pytest on the given check files, with records on the original standard output."""
    gc.disable()  # during imports, which leave no garbage; collecting takes a tenth of the time
    options = json.loads(sys.argv[1])
    records = Records(os.dup(1))
    os.dup2(2, 1)
    connection = socket.socket(fileno=options["control"]) if options["control"] is not None else None
    quiet = [word for name in _QUIET for word in ("-p", f"no:{name}")]
    hidden = hidden_checks(options["hidden"], options["pytest"]) if options["hidden"] else []
    # A conftest.py of the learner is ignored; one next to hidden checks is read.
    apart = ["--confcutdir", str(Path(options["pytest"][0]).parent)] if options["pytest"] else []
    arguments = ["-c", options["config"], "--assert=plain", "-s", *apart, *quiet, *options["pytest"], *hidden]
    pytest.main(arguments, plugins=[Worker(records, connection)])


if __name__ == "__main__":
    main()
