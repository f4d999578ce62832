"""What a process that was forked for one exercise does: it checks answers, or looks for the mistake, and tells records.

Records are JSON lines on a pipe of its own. It ends without exit handlers: whatever an answer has left behind ends too.
"""

import contextlib
import gc
import hashlib
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import pytest

from grader.answers import process_settings
from grader.answers.captured_output import Tail
from grader.answers.channel import Lost
from grader.answers.proxy import RemoteAnswers
from grader.answers.tape import Log, Strayed, Tape
from grader.base import request_socket
from grader.base.json_lines import Records
from grader.base.results import Finding
from grader.engine import diagnosis, explanations, pytest_plugin
from grader.engine.example_search import Budget, Failure
from grader.engine.worker_processes import PIPE_CLOSED
from grader.kata import curriculum
from grader.language.call_record import RECORD


def run(request: dict[str, Any], records: Records, items: dict[str, list[pytest.Item]], *descriptors: int) -> NoReturn:
    """Do what is asked for, then end the process.

    Args:
        request: the exercise, its checks and the limits; or the observations of an answer, to find the mistake; or that
            all this will come later, of one exercise after another.
        records: where to tell what was found.
        items: the collected checks.
        descriptors: the connection to the process that the answers run in (without, they run in this one); of one that
            is told later what to do, the log of what was said.
    """
    try:
        close_the_world()
        if "exercise" not in request:
            check_when_told(records, items, *descriptors)
        else:
            exercise = prepared(request, items)
            if "observations" in request:
                answers = pytest_plugin.answers_of(exercise[0].config)
                records.send(agree=diagnosis.agreeing(request["exercise"], exercise, answers, request["observations"]))
            else:
                check(request, records, exercise, descriptors[0] if descriptors else None)
        records.send(done=True)
    except Lost as lost:
        records.send(lost=lost.why)
    except OSError:
        os._exit(PIPE_CLOSED)
    finally:
        os._exit(0)  # no exit handler, thread or finaliser of the answers runs


def prepared(request: dict[str, Any], items: dict[str, list[pytest.Item]]) -> list[pytest.Item]:
    """The checks of the exercise, seeded, with no more memory than the limit."""
    limit_memory(request["memory_bytes"])
    exercise = items[request["exercise"]]
    pytest_plugin.seed(exercise, request["seed"])
    if request["sandboxed"]:
        # Initial weights are drawn in the sandbox: their seed must not tell the one that inputs come from.
        digest = hashlib.sha256(f"weights/{request['seed']}".encode()).digest()
        RECORD.seed = int.from_bytes(digest[:4], "big")
    return exercise


def check(request: dict[str, Any], records: Records, items: list[pytest.Item], sandboxed: int | None) -> None:
    """Import the answer and run the checks asked for, a record before and after each step."""
    settings = process_settings.kept()
    records.send(started="import")
    _imported(request, take_answers(request, items[0].config, sandboxed))
    budget = Budget() if request["shrink"] else None
    for item in items:
        name = item.stash[pytest_plugin.CHECK].name
        if name not in request["checks"]:
            continue
        records.send(started=name)
        process_settings.restore(settings)
        finding, seconds = _found(item, request, records, request["check_seconds"], budget)
        records.send(finished=name, finding=asdict(finding) | {"seconds": seconds})
        if request["until_failure"] and finding.status != "passed":
            return


def check_when_told(records: Records, items: dict[str, list[pytest.Item]], log: int) -> None:
    """Import answers and run checks as requests come; each goes on with a conversation that has begun.

    What has been said in it, and what will be, stands in the log (`answers.tape`).
    """
    gc.disable()  # else what is said would depend on when garbage is found
    tape, step = Tape(Log(log)), "import"
    request: dict[str, Any] = {}
    checks: dict[str, pytest.Item] = {}
    answers: Any = None
    try:
        for told, descriptors in request_socket.received(socket.socket(fileno=os.dup(records.descriptor))):
            tape.begin()
            if "check" not in told:
                gc.collect()
                request, step = told, "import"
                exercise = prepared(request, items)
                checks = {item.stash[pytest_plugin.CHECK].name: item for item in exercise}
                answers = take_answers(request, exercise[0].config, descriptors[0], tape)
                _imported(request, answers)
                records.send(imported=request["exercise"], kept=tape.is_kept())
                continue
            step = told["check"]
            item = checks[step]
            answers.begin(told["conversation"])
            finding, _ = _found(item, request, records, told["seconds"], None)
            passed, search = finding.status == "passed", item.stash[pytest_plugin.SEARCH]
            asked = answers.questions() if passed and not item.stash[pytest_plugin.CHECK].hidden else None
            kept = (
                pytest_plugin.runs_alone(item) and not explanations.is_of_this_process(search.first) and tape.is_kept()
            )
            search.begin(None)  # a failing example keeps what the answer sent
            records.send(finding=asdict(finding), asked=asked, kept=kept)
    except Strayed as strayed:
        records.send(strayed=step, by_answer=strayed.by_answer)
    except (Lost, OSError):
        raise
    except Exception as error:  # a fault of the checks: no answer is to blame
        records.send(broken=f"{step}: {type(error).__name__}: {error}")


def _imported(request: dict[str, Any], answers: Any) -> None:
    """Import the answer."""
    try:
        getattr(answers, request["exercise"])
    except (Lost, Strayed):
        raise
    except BaseException:  # what the import raises, each check raises again, and tells
        pass


def _found(
    item: pytest.Item, request: dict[str, Any], records: Records, seconds: float, budget: Budget | None
) -> tuple[Finding, float]:
    """Run a check: what it finds, and the seconds that it took. At the end of its time it tells what it is at."""
    replaced, search = request["standing_on"], item.stash[pytest_plugin.SEARCH]

    def explained(failure: Failure | None) -> Finding:
        if failure is None:
            return Finding("passed")
        return explanations.finding(failure, request["exercise"], replaced, request["memory_bytes"])

    def tell(frame: FrameType | None) -> None:
        late = explained(search.first) if search.first else explanations.unfinished(frame)
        records.send(late=asdict(late))

    with when_late(seconds, tell):
        failure, took = pytest_plugin.run_check(item, budget)
    if failure is not None and isinstance(failure.raised, Lost | Strayed):
        raise failure.raised
    if failure is None and isinstance(sys.stdout, Tail):
        return Finding("passed", printed=sys.stdout.text() or None), took
    return explained(failure), took


def take_answers(
    request: dict[str, Any], config: pytest.Config, sandboxed: int | None, tape: Tape | None = None
) -> Any:
    """The answers that the request names: modules of this process, or what stands for those of the sandbox."""
    folder, replaced = Path(request["folder"]), [*request["given"], *request["standing_on"]]
    if sandboxed is None:
        answers = pytest_plugin.answers_of(config)
        answers.take(folder, replaced)
        return answers
    names = [exercise.name for exercise in curriculum.lessons()]
    connection = socket.socket(fileno=sandboxed)
    remote = RemoteAnswers(connection, folder, names, replaced, request["call_seconds"], tape)
    config.stash[pytest_plugin.ANSWERS] = remote
    return remote


@contextlib.contextmanager
def when_late(seconds: float, tell: Callable[[FrameType | None], None]) -> Iterator[None]:
    """Have it told what the block is at when its time is over; to end it is the supervisor's business."""
    if not hasattr(signal, "setitimer"):  # Windows
        yield
        return
    signal.signal(signal.SIGALRM, lambda _, frame: tell(frame))
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def close_the_world() -> None:
    """Leave answers no input and no real output."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    sys.stdout = sys.__stdout__ = sys.stderr = sys.__stderr__ = Tail()  # type: ignore[misc,assignment]


def limit_memory(memory_bytes: int) -> None:
    """Refuse allocations beyond the limit, where the system can (Linux; macOS takes the limit and ignores it)."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for limit, most in ((resource.RLIMIT_DATA, memory_bytes), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
