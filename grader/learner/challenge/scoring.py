"""`grade challenge`: runs a learner's `train_model` in the sandbox, and scores its model.

Uses two processes, one after the other. The first trains: it gets words for training and validation, and its CPU time
is measured from outside. The second has never seen a word: `new_model` makes an untrained model there, which receives
only the trained numbers. So everything that a model knows is in its parameters, which are counted.
"""

import contextlib
import math
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from grader.answers.answer_modules import NotThere, Problem
from grader.answers.channel import Channel, Lost
from grader.answers.local_answers import Answers
from grader.answers.protocol import Numbered
from grader.answers.runners import RemoteRunner, sources
from grader.answers.sandbox import Sandbox, SandboxedWorker
from grader.answers.steps import Name, Opaque, Ref, Step
from grader.base import paths
from grader.base.errors import AnswersFailed, UsageError
from grader.engine.worker_processes import CAN_FORK
from grader.kata import curriculum
from grader.kata.references import stand_ins
from grader.learner.challenge.fair_loss import fair_loss
from grader.learner.training.examples import SPLIT_SEED

PARAMETERS = 76_579  # of exercise 8's tree on 26 letters
BUFFERS = 4_096  # numbers that are not parameters, such as running statistics
SOURCE_BYTES = 64 << 10  # of the file and the exercises beside it: code, not data
MEMORY_BYTES = 4 << 30
MOST_CONTEXT = 64
LEAST_WORDS = 20
SCORING_SECONDS = 120


class Budget(NamedTuple):
    """What `train_model` gets besides the words."""

    seconds: float
    parameters: int
    vocabulary: dict[str, int]


@dataclass(frozen=True)
class Task:
    """Words in three parts, and their vocabulary; the test words never leave this process as words."""

    training: list[str]
    validation: list[str]
    test: list[str]
    vocabulary: dict[str, int]


@dataclass(frozen=True)
class Score:
    """A score: the loss on the test words in nats, the number of parameters, and the CPU seconds of training."""

    loss: float
    parameters: int
    seconds: float


def task(words: list[str]) -> Task:
    """Split words like `grade train`.

    Raises:
        UsageError: they are too few, or exercise 3 is no part of the assignment.
    """
    if len(words) < LEAST_WORDS:
        raise UsageError(f"{len(words)} words are too few to train and test on: at least {LEAST_WORDS} are needed")
    windows = references({3}).ex03_windows
    training, validation, test = windows.split_words(words, SPLIT_SEED)
    return Task(training, validation, test, windows.build_vocabulary(words))


def references(numbers: Set[int]) -> Any:
    """Load the solutions of these exercises: `references({3}).ex03_windows.make_windows`.

    Raises:
        UsageError: the assignment lacks one of them.
    """
    needed = curriculum.needed(numbers, "grade challenge")
    answers = Answers(paths.checkout().exercises, [exercise.name for exercise in needed])
    answers.take_references()
    return answers


def open_sandbox(*, accept_weak: bool = False) -> Sandbox:
    """Start a sandbox for challengers; close it, or use `with`.

    Raises:
        UsageError: there is none here, or one that lacks a layer which was not accepted.
    """
    if not CAN_FORK:
        raise UsageError("grade challenge needs the sandbox, and that needs Linux")
    sandbox = Sandbox()
    try:
        weakness = sandbox.weakness()
        if weakness and not accept_weak:
            raise UsageError(f"the sandbox lacks {weakness}; --accept-weak-sandbox runs the file anyway")
    except UsageError:
        sandbox.close()
        raise
    return sandbox


def check(file: Path) -> None:
    """Raise an error if the file cannot be run.

    Raises:
        UsageError: it is not there, or has no name that can be imported.
        AnswersFailed: it is so large that it brings data along.
    """
    if not file.is_file():
        raise UsageError(f"{paths.shown(file)} is not there; start from exercises/challenge.py")
    if file.suffix != ".py" or not file.stem.isidentifier() or file.stem.startswith("_"):
        raise UsageError(f"{file.name} cannot be imported; give it a module name such as my_model.py")
    beside = [file.parent / exercise.file for exercise in curriculum.exercises()]
    size = sum(path.stat().st_size for path in [file, *beside] if path.is_file())
    if size > SOURCE_BYTES:
        raise AnswersFailed(
            f"rejected: {file.name} and the exercises beside it hold {size:,} bytes; code needs no more than "
            f"{SOURCE_BYTES:,}, data may not be brought along"
        )


def challenge(file: Path, given: Task, seconds: float, sandbox: Sandbox) -> Score:
    """Train and score a file that passes `check`.

    Raises:
        AnswersFailed: the file fails, breaks a rule or goes over its budget.
    """
    numbers, used = _trained(sandbox, file, given, seconds)
    return Score(_scored(sandbox, file, given, numbers), _size(numbers.parameters), used)


class Numbers(NamedTuple):
    """Everything that is kept of a trained model: its parameters and its buffers, by name."""

    parameters: dict[str, Tensor]
    buffers: dict[str, Tensor]


def _trained(sandbox: Sandbox, file: Path, given: Task, seconds: float) -> tuple[Numbers, float]:
    """Train, and return the numbers and the CPU seconds."""
    worker = sandbox.start(memory_bytes=MEMORY_BYTES, cpu_seconds=math.ceil(seconds) + 1)
    numbers: Numbers | None = None
    try:
        with _failing(file):
            # The limit is wall-clock time, and long, because a busy machine is not the file's fault.
            remote = _Remote(worker, file, 4 * seconds + 30)
            budget = Budget(seconds, PARAMETERS, given.vocabulary)
            made = remote.call("train_model", given.training, given.validation, budget)
            numbers = _numbers(remote, made, "train_model")
    except Lost as lost:
        _, used = worker.end(1.0)
        if used < seconds:
            raise AnswersFailed(f"{file.name} ended its process during training: {_why(lost)}") from lost
    finally:
        _, used = worker.end(0.0)
    if used > seconds or numbers is None:
        raise AnswersFailed(f"rejected: training took {used:.1f} s of CPU time, the budget is {seconds:g} s")
    return numbers, used


def _scored(sandbox: Sandbox, file: Path, given: Task, numbers: Numbers) -> float:
    """Score an untrained model with the trained numbers, in a process that contains nothing else."""
    worker = sandbox.start(memory_bytes=MEMORY_BYTES, cpu_seconds=SCORING_SECONDS)
    try:
        with _failing(file), torch.no_grad():
            remote = _Remote(worker, file, SCORING_SECONDS)
            made = remote.call("new_model", len(given.vocabulary))
            fresh = _numbers(remote, made, "new_model")
            for untrained, trained in zip(fresh, numbers, strict=True):
                _refuse_other_forms(untrained, trained)
                for name, tensor in trained.items():
                    remote.does(Step("assign", made, name, (tensor,)))
            remote.does(Step("mode", made, None, (False,)))
            context = remote.does(Step("read", made, "context"))
            if type(context) is not int or not 1 <= context <= MOST_CONTEXT:
                raise AnswersFailed(f"rejected: model.context must be a whole number from 1 to {MOST_CONTEXT}")
            return fair_loss(
                lambda windows: remote.does(Step("call", made, None, (windows,))), given.test, given.vocabulary, context
            )
    except Lost as lost:
        raise AnswersFailed(f"{file.name} ended its process during scoring: {_why(lost)}") from lost
    finally:
        worker.end(0.0)


@contextlib.contextmanager
def _failing(file: Path) -> Iterator[None]:
    """Report an error of the file in one line with its place."""
    try:
        yield
    except (AnswersFailed, UsageError):
        raise
    except (Problem, NotThere) as problem:
        raise AnswersFailed(str(problem)) from problem
    except Exception as raised:
        lines = []
        step = raised.__traceback__
        while step is not None:
            if Path(step.tb_frame.f_code.co_filename).name == file.name:
                lines.append(f"{file.name}, line {step.tb_lineno}, in {step.tb_frame.f_code.co_name}")
            step = step.tb_next
        where = "".join(f"\n      {line}" for line in lines)
        raise AnswersFailed(f"{file.name} raised {type(raised).__name__}: {raised}{where}") from raised


class _Remote:
    """The file in a worker; it can import exercises from its folder."""

    def __init__(self, worker: SandboxedWorker, file: Path, seconds: float) -> None:
        folder, given = file.absolute().parent, curriculum.given()
        names = [file.stem, *(lesson.name for lesson in curriculum.lessons())]
        files = sources(folder, names, given)
        self._file, self._count = file.stem, 0
        self._runner = RemoteRunner(Channel(worker.connection), folder, files, stand_ins(given), seconds)

    def call(self, function: str, *args: Any) -> Ref:
        """Call a function of the file; return the number of its result."""
        self.does(Step("call", Name(self._file, function), None, args))
        return Ref(self._count - 1)

    def does(self, step: Step) -> Any:
        """Run one step; raise what the file raises there."""
        number, self._count = self._count, self._count + 1
        outcome = self._runner.run([Numbered(number, step)], None if number else 0).outcomes[0]
        if outcome.error is not None:
            raise outcome.error
        return outcome.value


def _numbers(remote: _Remote, made: Ref, function: str) -> Numbers:
    """Copy a model's numbers, after checking its type and size."""
    told = remote.does(Step("state", made))
    kind = told.get("is") if isinstance(told, dict) else None
    if not isinstance(kind, Opaque) or "Module" not in kind.kinds or "parameters" not in told:
        came = kind.name if isinstance(kind, Opaque) else type(told).__name__
        raise AnswersFailed(f"rejected: {function} must return an nn.Module, got {came}")
    numbers = Numbers(
        {name: tensor.detach() for name, tensor in told["parameters"].items()},
        {name: tensor.detach() for name, tensor in told["buffers"].items()},
    )
    limits = (PARAMETERS, "parameters"), (BUFFERS, "numbers in buffers")
    for tensors, (most, what) in zip(numbers, limits, strict=True):
        count = _size(tensors)
        if count > most:
            raise AnswersFailed(f"rejected: the model of {function} has {count:,} {what}, the limit is {most:,}")
    return numbers


def _size(tensors: dict[str, Tensor]) -> int:
    return sum(tensor.numel() for tensor in tensors.values())


def _refuse_other_forms(empty: dict[str, Tensor], trained: dict[str, Tensor]) -> None:
    """Raise an error unless trained and untrained numbers have the same names and shapes."""
    forms = [{name: (t.dtype, t.shape) for name, t in numbers.items()} for numbers in (empty, trained)]
    if forms[0] != forms[1]:
        names = sorted(name for name in {*empty, *trained} if forms[0].get(name) != forms[1].get(name))
        raise AnswersFailed(f"rejected: new_model and train_model differ in {', '.join(names[:3])}")


def _why(lost: Lost) -> str:
    why = {"time": "it gave no answer in time", "closed": "it is gone", "protocol": "it violated the protocol"}
    return why[lost.why]
