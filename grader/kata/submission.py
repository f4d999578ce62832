"""A folder of answers: which file belongs to which exercise, and which files cannot be read. Runs no code."""

import contextlib
import io
import os
import shlex
import shutil
import tempfile
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.base import paths
from grader.base.errors import UsageError
from grader.kata import curriculum, harmless_lines
from grader.kata.curriculum import Exercise

MOST_BYTES = 1 << 20


@dataclass(frozen=True)
class FileProblem:
    """Why a file cannot be graded: a line for the learner, or None if the file is simply missing."""

    line: str | None
    where: str | None = None


@dataclass(frozen=True)
class Submission:
    """A folder of `exNN_name.py` files, and its name for the learner.

    `given`: the exercises that references answer, whatever lies in the folder: they are not asked.
    """

    folder: Path
    shown: str
    given: tuple[str, ...] = field(default_factory=curriculum.given)

    def path(self, exercise: Exercise) -> Path:
        """Return the path of the answer to an exercise."""
        return self.folder / exercise.file

    def problem(self, exercise: Exercise) -> FileProblem | None:
        """Return why this exercise's file cannot be read, in one line."""
        path = self.path(exercise)
        if not path.is_symlink() and not path.exists():
            others = self._others(exercise)
            return FileProblem(
                f"{others[0]} does not count: the file must be called {exercise.file}" if others else None
            )
        return _unreadable(path)

    def notes(self, chosen: Sequence[Exercise]) -> list[str]:
        """List harmless findings in these exercises' files that deserve a note."""
        readable = [exercise for exercise in chosen if self.problem(exercise) is None]
        return [
            note
            for exercise in readable
            for note in harmless_lines.notes(exercise, self.path(exercise), self._debugged(exercise))
        ]

    def _debugged(self, exercise: Exercise) -> str:
        """Say how to stop at a breakpoint of this exercise, as seen from the current folder."""
        if self.shown.lower().endswith(".ipynb"):
            return harmless_lines.IN_A_CELL
        root, typed = paths.checkout().root, paths.command("pytest")
        if Path.cwd() != root:
            typed += f" {shlex.quote(os.path.relpath(paths.checkout().checks))}"
        typed += f" -k {exercise.short}"
        if self.folder != root / "exercises" and Path(self.shown).resolve() == self.folder:  # not taken out of a zip
            typed += f" --answers {shlex.quote(self.shown)}"
        return typed

    def not_graded(self) -> list[str]:
        """Describe files that look like answers but are not graded: without an exercise, or copies and tests next to an
        answer.
        """
        exercises = curriculum.exercises()
        known = {exercise.number for exercise in exercises}
        there = [path.name for path in self._candidates()]
        unknown = [name for name in there if int(name[2:4]) not in known]
        beside = [name for exercise in exercises if exercise.file in there for name in self._others(exercise)]
        notes = [f"{name} does not belong to an exercise and is not graded" for name in unknown]
        if beside:
            verb = "is" if len(beside) == 1 else "are"
            notes.append(f"{', '.join(beside)} {verb} not graded: only files with the exact names of exercises are")
        return notes

    def _others(self, exercise: Exercise) -> list[str]:
        """List the files with this exercise's number and another name."""
        names = (path.name for path in self._candidates())
        return [name for name in names if name.startswith(f"{exercise.short}_") and name != exercise.file]

    def _candidates(self) -> Sequence[Path]:
        return sorted(self.folder.glob("ex[0-9][0-9]_*.py"))


def read_folder(folder: Path) -> Submission:
    """Read a folder as answers.

    Raises:
        UsageError: it is not there, is no folder, or cannot be listed.
    """
    shown = paths.shown(folder)
    try:
        if not folder.exists():
            raise UsageError(f"the folder {shown} does not exist; --answers expects a folder of exNN_*.py files")
        if not folder.is_dir():
            raise UsageError(f"{shown} is not a folder; --answers expects a folder of exNN_*.py files")
        next(folder.iterdir(), None)
    except OSError as error:
        raise UsageError(f"the folder {shown} cannot be read: {error.strerror}") from error
    return Submission(folder.resolve(), shown)


@contextlib.contextmanager
def laid_out(answers: Mapping[str, bytes], within: Path | None = None) -> Iterator[Path]:
    """Write these files to a temporary folder for the duration of the block.

    Args:
        answers: file name to content.
        within: the folder that it is made in (the system's own for such).

    Raises:
        OSError: the disk is full, ...
    """
    folder = Path(tempfile.mkdtemp(prefix="answers-", dir=within))
    try:
        for name, content in answers.items():
            (folder / name).write_bytes(content)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unreadable(path: Path) -> FileProblem | None:
    name = path.name
    try:
        if path.is_dir():
            return FileProblem(f"{name} is a folder; it must be a file", name)
        if path.exists() and not path.is_file():
            return FileProblem(f"{name} is not a regular file", name)
        with path.open("rb") as file:
            return unreadable(name, file.read(MOST_BYTES + 1))
    except OSError as error:
        links = "it is a symbolic link to itself or to a missing file" if path.is_symlink() else error.strerror
        return FileProblem(f"{name} cannot be read: {links}", name)


def unreadable(name: str, source: bytes) -> FileProblem | None:
    """What keeps the content of a file from being an answer; None if nothing does."""
    if len(source) > MOST_BYTES:
        return FileProblem(f"{name} is larger than 1 MiB; an answer takes a few lines", name)
    if not source.strip():
        return FileProblem(f"{name} is empty; grade reset {name[:4]} restores the stub", name)
    try:
        source.decode(_encoding(source))
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        return FileProblem(
            f"{name}, line {line} is not {error.encoding.upper()} (byte 0x{source[error.start]:02x}); "
            "save the file as UTF-8",
            f"{name}:{line}",
        )
    if b"\0" in source:
        line = source.count(b"\n", 0, source.index(b"\0")) + 1
        return FileProblem(f"{name}, line {line} contains a zero byte; it is not Python", f"{name}:{line}")
    return None


def _encoding(source: bytes) -> str:
    """Return the encoding that a file declares in its first two lines, as Python reads it, or UTF-8."""
    try:
        return tokenize.detect_encoding(io.BytesIO(source).readline)[0]
    except SyntaxError:  # not UTF-8 there, or an encoding unknown to Python, which reports that itself
        return "utf-8"
