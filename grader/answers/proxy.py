"""The answers of a sandboxed worker, as checks see them: the same interface as of answers in this process."""

import contextlib
import functools
import socket
import types
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.answers import wire
from grader.answers.answer_modules import AnswerModules, NotThere, Problem, defined
from grader.answers.channel import Channel
from grader.answers.error_wording import Question
from grader.answers.peer import Peer
from grader.answers.tape import Tape
from grader.base import values_as_text
from grader.kata import references

if TYPE_CHECKING:
    from grader.answers.counted_work import Work

REFERENCES = "references"  # the package of references: they run on this side, and what they are stays here
_KEPT = type | types.FunctionType


class RemoteAnswers:
    """What a check receives: `answers.ex05_flatten_consecutive` is that file, in another process.

    Args:
        connection: to the worker.
        folder: where the files are; they are read here and sent.
        names: of all exercises.
        standing_on: exercises in whose place references stand.
        seconds: what one call may take.
        tape: what went over already, and where the rest is written down.
    """

    def __init__(
        self,
        connection: socket.socket,
        folder: Path,
        names: Collection[str],
        standing_on: Collection[str],
        seconds: float,
        tape: Tape | None = None,
    ) -> None:
        self._names = frozenset(names)
        self._found: dict[tuple[str, str], Any] = {}
        self._imported: set[str] = set()
        self._standing_on = list(standing_on)
        self._peer = Peer(
            Channel(connection, tape),
            serves={},
            may_read=self._may_read,
            path_of=lambda file: str(folder / file) if file.removesuffix(".py") in self._names else None,
            believing=False,
            seconds=seconds,
        )
        self._peer.channel.send(handed_over(sources(folder, names, standing_on)))

    def questions(self) -> list[tuple[int, Question, bool]] | None:
        """What was asked in this conversation of the words of errors, each with the number of its frame and the answer.

        None where somebody has looked at such words as a whole.
        """
        return self._peer.questions()

    def begin(self, conversation: int) -> None:
        """Talk from now on as if nothing but the imports had happened: the answer's, and those of references."""
        self._found.clear()
        self._imported.clear()
        self._peer.begin(conversation)

    def __getattr__(self, name: str) -> "RemoteAnswer":
        if name.startswith("_") or name not in self._names:
            raise AttributeError(name)
        self._stand()
        if name not in self._imported:
            _found(self._peer.ask("import", name))
            self._imported.add(name)
        return RemoteAnswer(self, name)

    def _stand(self) -> None:
        """Import the references on this side, and let the worker have what stands for their names.

        What a reference builds on is the answer itself, where no reference stands in for that one too.
        """
        if not self._standing_on:
            return
        modules = AnswerModules(references.source, REFERENCES)
        for name in self._names.difference(self._standing_on):
            module = modules.made[name] = types.ModuleType(f"{REFERENCES}.{name}")
            module.__getattr__ = functools.partial(self._imported_by_a_reference, name)  # type: ignore[method-assign]
        for name in sorted(self._standing_on):
            self._peer.ask("stand", name, _public(modules.load(name)))
        self._standing_on = []

    def _imported_by_a_reference(self, exercise: str, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self.attribute(exercise, name)
        except (NotThere, Problem) as error:
            raise AttributeError(name) from error

    def attribute(self, exercise: str, name: str) -> Any:
        """What a name of a file stands for."""
        known = self._found.get((exercise, name))
        if known is not None:
            return known
        value = values_as_text.called(_found(self._peer.ask("name", exercise, name)), name)
        if isinstance(value, _KEPT):
            self._found[exercise, name] = value
        return value

    @contextlib.contextmanager
    def seeded(self, seed: int) -> Iterator[list[str]]:
        """Seed the global random states of the worker, and put them back after the block.

        After the block the list that it is given names those that it has moved.
        """
        riders, moved = self._peer.riders, list[str]()
        riders["seeding"] = seed  # with the next request; so is the order to put the states back
        try:
            yield moved
        finally:
            if "seeding" not in riders:
                moved += self._peer.moved
            riders["seeding"] = None

    @contextlib.contextmanager
    def counting(self) -> "Iterator[Work]":
        """Count inside a block what torch does for the answers, in the worker and in references on this side.

        What the worker did is its own word, as with its random states: an answer that meddles with torch's counters
        can hide work, and gains the points for work alone, not those for values.
        """
        from grader.answers.counted_work import Work

        self._peer.ask("count")
        work = self._peer.work = Work()
        try:
            yield work
        finally:
            self._peer.work = None
            told = self._peer.ask("counted")
        if not (isinstance(told, tuple) and len(told) == 3 and all(type(count) is int for count in told)):
            self._peer.channel.lose("protocol", "counts of a wrong form")
        work.add(Work(*told))

    def each(self, thing: Any, method: str, values: Sequence[Any]) -> list[Any]:
        """Call a method with one value after the other, in one request: a result that a later call changes is seen."""
        results = self._peer.ask("each", thing, method, list(values))
        if not isinstance(results, list) or len(results) != len(values):
            self._peer.channel.lose("protocol", "results of a wrong form")
        return results

    def _may_read(self, thing: Any, name: str) -> bool:
        """Of references and of objects of a class that was given to be tested: what that class and object define.

        Nothing else on this side has attributes for the worker: from a function or a frame a path leads to everything.
        """
        kind = type(thing)
        if name.startswith("_") or not (kind in self._peer.given_kinds or _is_reference(kind)):
            return False
        own = name in vars(kind) or name in vars(thing)
        return own or any(name in vars(thing).get(table, ()) for table in ("_parameters", "_buffers", "_modules"))


class RemoteAnswer:
    """One file."""

    def __init__(self, answers: RemoteAnswers, exercise: str) -> None:
        self._answers, self._exercise = answers, exercise

    def __getattr__(self, name: str) -> Any:
        return self._answers.attribute(self._exercise, name)


def _found(told: Any) -> Any:
    """What the worker has found, or the problem that it tells."""
    match told:
        case ("found", value):
            return value
        case ("absent", str(exercise)):
            raise NotThere(exercise)
        case ("problem", str(text), None | str() as code, None | str() as where, None | str() as lacking):
            raise Problem(text, code=code, where=where, lacking=lacking)
    raise Problem("its file cannot be read: the worker tells it in a wrong form")


def sources(folder: Path, names: Collection[str], standing_on: Collection[str]) -> dict[str, bytes]:
    """The files that the worker is given, by their names.

    Args:
        folder: where they are.
        names: of all exercises.
        standing_on: exercises in whose place references stand.
    """
    root = folder.resolve()
    paths = [folder / f"{name}.py" for name in names if name not in standing_on]
    return {path.name: path.read_bytes() for path in paths if _inside(path, root)}


def handed_over(files: Mapping[str, bytes]) -> bytes:
    """The first frame of all, with these files."""
    return wire.frame({"take": [[name, len(text)] for name, text in files.items()]}, list(files.values()))


def _inside(path: Path, root: Path) -> bool:
    """Whether a file lies in the folder: a link that leads out of it is no answer, it could lead to a solution."""
    return path.is_file() and path.resolve().is_relative_to(root)


def _is_reference(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == REFERENCES


def _public(module: types.ModuleType) -> dict[str, Any]:
    """The names that a reference defines."""
    return {name: value for name, value in vars(module).items() if not name.startswith("_") and defined(module, name)}
