"""Where the steps of a check run: in this process, or in a sandboxed worker over a channel."""

import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from grader.answers import protocol, wire
from grader.answers.answer_modules import AnswerModules
from grader.answers.captured_output import Tail
from grader.answers.channel import Channel
from grader.answers.executor import Executor
from grader.answers.protocol import Example, Numbered, Reply


class Runner(Protocol):
    """Runs the steps of one example, one after another.

    Attributes:
        at_once: whether a step is to be run as soon as a check asks for it, so that its traceback leads to the check.
    """

    at_once: bool

    def run(self, steps: Sequence[Numbered], seed: int | None) -> Reply:
        """Run steps, up to the first unexpected error; a seed begins a new example."""
        ...


class LocalRunner:
    """Runs steps in this process.

    Args:
        modules: imports the files of the answers.
    """

    at_once = True

    def __init__(self, modules: AnswerModules) -> None:
        self._executor = Executor(modules)

    def run(self, steps: Sequence[Numbered], seed: int | None, *, alone: bool = False) -> Reply:
        """Run steps; alone, on freshly imported answers."""
        outcomes = self._executor.outcomes(steps, seed, alone=alone)
        return Reply(outcomes, sys.stdout.taken() if isinstance(sys.stdout, Tail) else "")


class RemoteRunner:
    """Runs steps in a sandboxed worker, in one request for all steps since the last comparison.

    Args:
        channel: to the worker.
        folder: where the files of the answers lie, for the lines of errors.
        files: what the worker is sent of them, by name.
        stand_ins: references that stand in for other exercises; no line of theirs is told.
        seconds: what a request may take.
    """

    at_once = False

    def __init__(
        self,
        channel: Channel,
        folder: Path,
        files: Mapping[str, bytes],
        stand_ins: Mapping[str, bytes],
        seconds: float,
    ) -> None:
        self._channel, self._seconds = channel, seconds
        self._path_of: Callable[[str], str | None] = lambda name: str(folder / name) if name in files else None
        self._channel.send(protocol.files_frame({**files, **stand_ins}))

    def run(self, steps: Sequence[Numbered], seed: int | None, *, alone: bool = False) -> Reply:
        """Run steps in the worker; alone, on freshly imported answers."""
        example = Example(tuple(steps), seed, alone=alone)
        (reply,) = self.ask(protocol.script_frame([example]), [example])
        return reply

    def ask(self, frame: bytes, examples: Sequence[Example]) -> list[Reply]:
        """Run examples in the worker; `frame` contains them, built once for many answers."""
        self._channel.deadline = time.monotonic() + self._seconds
        try:
            return protocol.replies_of(*self._channel.ask(frame), examples, self._path_of)
        except wire.WireError as error:
            self._channel.lose("protocol", str(error))


AnswerRunner = LocalRunner | RemoteRunner  # runs the answers themselves


def sources(folder: Path, names: Collection[str], standing_on: Collection[str]) -> dict[str, bytes]:
    """Read the files that a worker receives, by name.

    Args:
        folder: where they are.
        names: of all exercises.
        standing_on: exercises that are not sent, because references stand in for them.
    """
    root = folder.resolve()
    paths = [folder / f"{name}.py" for name in names if name not in standing_on]
    return {path.name: path.read_bytes() for path in paths if _inside(path, root)}


def _inside(path: Path, root: Path) -> bool:
    """Return whether a file is inside the folder: a link out of it could point to a solution."""
    return path.is_file() and path.resolve().is_relative_to(root)
