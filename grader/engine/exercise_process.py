"""The child process for one exercise: runs the checks, or diagnoses the mistake, and reports records.

Records are JSON lines on a separate pipe. The process ends without exit handlers, which also ends everything that an
answer left behind.
"""

import contextlib
import gc
import hashlib
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import NoReturn

import pytest

from grader.answers import runners
from grader.answers.captured_output import Tail
from grader.answers.channel import Channel, Lost
from grader.answers.protocol import Numbered
from grader.answers.runners import AnswerRunner, RemoteRunner
from grader.answers.steps import Misuse, Name, Step
from grader.base.json_lines import Records
from grader.base.results import Finding
from grader.engine import class_scripts, diagnosis, explanations, pytest_plugin
from grader.engine.class_scripts import ReplayRunner
from grader.engine.example_search import Budget, Failure
from grader.engine.known_mistakes import RunMistakes
from grader.engine.process import PIPE_CLOSED
from grader.engine.requests import CheckAnswer, FindMistakes, ForkRequest, Observed
from grader.kata import curriculum, references
from grader.language.script import SCRIPT

PUBLIC_SEEDS = 1 << 31  # a smaller seed can be guessed; one derived from a secret cannot


def run(
    request: ForkRequest, records: Records, items: dict[str, list[pytest.Item]], connection: int | None = None
) -> NoReturn:
    """Do what is asked for, then end the process.

    Args:
        request: the exercise, its checks and the limits; or the exercise whose known mistakes are looked for.
        records: where to tell what was found.
        items: the collected checks.
        connection: to the worker that the answers run in (without, they run in this process), or for questions.
    """
    try:
        close_the_world()
        gc.enable()
        limit_memory(request.memory_bytes)
        exercise = items[request.exercise]
        pytest_plugin.seed(exercise, request.seed)
        SCRIPT.seed = weights_seed(request.seed)
        if isinstance(request, FindMistakes):
            assert connection is not None
            answer_questions(request, records, exercise, connection)
        else:
            check(request, records, exercise, connection)
            records.send(done=True)
    except Lost as lost:
        records.send(lost=lost.why)
    except Misuse as misuse:
        records.send(broken=f"a check of {request.exercise} uses an answer in an unsupported way: {misuse}")
    except OSError:
        os._exit(PIPE_CLOSED)
    finally:
        os._exit(0)  # no exit handler, thread or finaliser of the answers runs


def weights_seed(seed: int) -> int:
    """Return the seed of initial weights. They are drawn where the answer runs, so the seed must not reveal a secret
    seed of inputs.
    """
    if 0 <= seed < PUBLIC_SEEDS:
        return seed
    return int.from_bytes(hashlib.sha256(f"weights/{seed}".encode()).digest()[:4], "big")


def answer_questions(request: FindMistakes, records: Records, items: list[pytest.Item], questions: int) -> None:
    """Find the known mistakes behind the observations of one answer after another, until the questions end."""
    exercise = curriculum.find([request.exercise])[0]
    bank = RunMistakes(exercise, items, pytest_plugin.answers_of(items[0].config))
    with os.fdopen(questions, "rb") as lines:
        for line in lines:
            observed = Observed(**json.loads(line))
            bank.next_answer()
            found = diagnosis.diagnosis(observed.observations, observed.errors, bank)
            causes = {check: asdict(bank.mistake(name).cause) for check, name in found.causes.items()}
            records.send(causes=causes, alone=found.alone)


def check(request: CheckAnswer, records: Records, items: list[pytest.Item], sandboxed: int | None) -> None:
    """Import the answer and run the checks asked for, a record before and after each step."""
    records.send(started="import")
    runner = runner_for(request, items[0].config, sandboxed)
    imported(request.exercise, runner)
    budget = Budget() if request.shrink else None
    for item in items:
        name = item.stash[pytest_plugin.CHECK].name
        if name not in request.checks:
            continue
        records.send(started=name)
        finding, seconds = _found(item, request, records, runner, budget)
        records.send(finished=name, finding=asdict(finding) | {"seconds": seconds})
        if request.until_failure and finding.status != "passed":
            return


def runner_for(request: CheckAnswer, config: pytest.Config, sandboxed: int | None) -> AnswerRunner:
    """Where the answers run: in this process, or in the worker at the other end of a connection."""
    folder, replaced = Path(request.folder), [*request.given, *request.standing_on]
    if sandboxed is None:
        answers = pytest_plugin.answers_of(config)
        answers.take(folder, replaced)
        return answers.runner
    names = [exercise.name for exercise in curriculum.lessons()]
    files = runners.sources(folder, names, replaced)
    channel = Channel(socket.socket(fileno=sandboxed))
    return RemoteRunner(channel, folder, files, references.stand_ins(replaced), request.call_seconds)


def _source(request: CheckAnswer) -> str:
    """The text of the learner's file; empty if there is none."""
    try:
        return Path(request.folder, f"{request.exercise}.py").read_text("utf-8", "replace")
    except OSError:
        return ""


def imported(exercise: str, runner: AnswerRunner) -> None:
    """Import the answer before a check's time starts; each check raises the error of the import again."""
    step = Step("read", Name(exercise, "__name__"), None, may_raise=True)
    runner.run([Numbered(0, step)], SCRIPT.seed)


def _found(
    item: pytest.Item, request: CheckAnswer, records: Records, runner: AnswerRunner, budget: Budget | None
) -> tuple[Finding, float]:
    """Run a check: what it finds, and the seconds that it took. At the end of its time it tells what it is at."""
    replaced, search = request.standing_on, item.stash[pytest_plugin.SEARCH]

    def explained(failure: Failure | None) -> Finding:
        if failure is None:
            return Finding("passed")
        found = explanations.finding(failure, request.exercise, replaced, request.memory_bytes, _source(request))
        return explanations.without_references(found) if replaced and request.sandboxed else found

    def tell(frame: FrameType | None) -> None:
        late = explained(search.first) if search.first else explanations.unfinished(frame)
        records.send(late=asdict(late))

    with when_late(request.check_seconds, tell):
        script = item.stash[pytest_plugin.SCRIPTS].get(request.seed)
        if script is None or not isinstance(runner, RemoteRunner):
            failure, took = pytest_plugin.run_check(item, runner, budget)
        else:
            replies = runner.ask(script.frame, script.examples)
            if script.is_passed(replies):
                return Finding("passed"), 0.0
            failure, took = class_scripts.run(item, runner, ReplayRunner(script.examples, replies))
        if failure is not None and isinstance(failure.raised, Lost | Misuse):
            raise failure.raised
        if failure is None:
            return Finding("passed", printed=SCRIPT.printed or None), took
        found = explained(failure)
        if found.example and class_scripts.passes_alone(failure.script, runner):
            found = explanations.after_earlier_calls(found)
        return found, took


@contextlib.contextmanager
def when_late(seconds: float, tell: Callable[[FrameType | None], None]) -> Iterator[None]:
    """Report where the block is at its deadline; the supervisor ends the process."""
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
    """Disconnect answers from standard input and the real output."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    sys.stdout = sys.__stdout__ = sys.stderr = sys.__stderr__ = Tail()  # type: ignore[misc,assignment]  # a Tail is no TextIO


def limit_memory(memory_bytes: int) -> None:
    """Limit memory if the system can (Linux; macOS accepts the limit and ignores it)."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for limit, most in ((resource.RLIMIT_DATA, memory_bytes), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
