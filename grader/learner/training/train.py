"""`grade train`: trains the tree with the learner's own code, in a process of its own. No printing here."""

import ast
import hashlib
import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from grader.base.errors import AnswersFailed, UsageError
from grader.kata import curriculum, references
from grader.kata.curriculum import Exercise
from grader.kata.submission import Submission
from grader.learner.own_process.command import OwnProcess, failed
from grader.learner.training import recipes

LEAST_WORDS = 20  # so that a tenth of them is a useful validation set

Words = Sequence[str] | None  # to learn from; None: the language with a known optimum


@dataclass(frozen=True)
class Order:
    """The request: a recipe (None: a first look, the published one with fewer steps), and where it runs.

    Attributes:
        data: where the words come from: a name that `corpus` knows, or an absolute path; `language`: no words.
        steps: of the published recipe, other than its own; None: its own.
        fresh: begin anew, also where this very run was stopped before.
    """

    data: str
    recipe: str | None
    steps: int | None
    seed: int
    device: str
    threads: int
    out: Path
    fresh: bool


@dataclass(frozen=True)
class Started:
    """The model is built: its size, the numbers of examples, the steps, and the steps done before."""

    parameters: int
    training: int
    validation: int
    done: int
    steps: int
    device: str


@dataclass(frozen=True)
class Step:
    """Steps done so far, and the mean loss of the last ones, in nats."""

    done: int
    loss: float


@dataclass(frozen=True)
class Trained:
    """The end: steps done, seconds of training, losses in nats over all examples, and sampled names.

    Attributes:
        least: the least loss that is possible on the validation examples; known, and no names drawn, for the language.
    """

    done: int
    seconds: float
    training_loss: float
    validation_loss: float
    least: float | None
    names: tuple[str, ...]


def needed(words: Words) -> tuple[Exercise, ...]:
    """List the exercises whose code is used: 1, which the tree may import, and 5 to 9; for words also 3 and 10."""
    return curriculum.needed({1, *range(5, 10), *(() if words is None else (3, 10))}, "grade train")


def missing(submission: Submission, words: Words) -> tuple[Exercise, ...]:
    """List the exercises that are not completely written: no file, or a NotImplementedError left."""
    asked = (exercise for exercise in needed(words) if exercise.name not in submission.given)
    return tuple(exercise for exercise in asked if _unwritten(submission, exercise))


def _unwritten(submission: Submission, exercise: Exercise) -> bool:
    if submission.problem(exercise) is not None:
        return True
    try:
        tree = ast.parse(submission.path(exercise).read_bytes())
    except (SyntaxError, ValueError, RecursionError, OSError):
        return False  # written but wrong: training reports the line
    raised = (node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc is not None)
    names = (node.func if isinstance(node, ast.Call) else node for node in raised)
    return any(isinstance(name, ast.Name) and name.id == "NotImplementedError" for name in names)


class Training:
    """One training run: iterate over its events; `stop` ends it after a complete step and saves it.

    Raises:
        UsageError: the words are too few, or steps are given for a recipe that counts epochs.
    """

    def __init__(self, submission: Submission, standing_on: Sequence[Exercise], words: Words, order: Order) -> None:
        if words is not None and len(words) < LEAST_WORDS:
            raise UsageError(
                f"{len(words)} words are too few to train and validate on: at least {LEAST_WORDS} are needed"
            )
        if order.steps is not None and isinstance(recipes.RECIPES.get(order.recipe or ""), recipes.Staged):
            raise UsageError(f"--steps only works with --recipe published; {order.recipe} counts passes over the data")
        line = asdict(order) | {
            "folder": str(submission.folder),
            "standing_on": [exercise.name for exercise in standing_on],
            "words": words,
            "out": str(order.out.absolute()),
            "run": _digest(submission, standing_on, words, order),
        }
        self._process = OwnProcess("training.worker", line, told_more=True, errors=subprocess.PIPE)

    def stop(self) -> None:
        """Stop after the current step."""
        self._process.tell("stop")

    def close(self) -> None:
        """End the process."""
        self._process.close()

    def events(self) -> Iterator[Started | Step | Trained]:
        """Yield events until the model is trained and saved.

        Raises:
            AnswersFailed: the answers raised, or ended the process.
            UsageError: there is no such device.
        """
        while (record := self._process.records.get()) is not None:
            if "failed" in record:
                raise failed(record, "training stopped: ")
            if "refused" in record:
                raise UsageError(record["refused"])
            if "names" in record:
                yield Trained(**record | {"names": tuple(record["names"])})
                return
            yield Step(record["step"], record["loss"]) if "step" in record else Started(**record)
        raise AnswersFailed(f"training ended without a result: {self._process.last_words()}")


def _digest(submission: Submission, standing_on: Sequence[Exercise], words: Words, order: Order) -> str:
    """Identify a run: recipe, steps, seed, words, and every line of the code that trains."""
    standing = {*submission.given, *(exercise.name for exercise in standing_on)}
    code = [
        references.solution(e.name) if e.name in standing else submission.path(e).read_bytes().hex()
        for e in needed(words)
    ]
    told = json.dumps([order.recipe, order.steps, order.seed, words, code])
    return hashlib.sha256(told.encode()).hexdigest()
