"""What a student handed in (a folder, a zip, a notebook) as answers, by whitelist. Bytes are read, no code is run.

Only `exNN_name.py` counts: a file of that name anywhere in a folder or zip, or the cells of a notebook that are marked
so (`notebook_cells`). Where there is none, but one notebook, or one zip in a folder (as Moodle hands a file out), it is
what lies in that. Everything else is left, and named. Nothing is unpacked to a path that a student chose, no link
is followed, and no file is read further than an answer may be long.
"""

import contextlib
import hashlib
import json
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from grader.base import paths
from grader.base.errors import UsageError
from grader.base.plain_text import line, reason
from grader.kata import curriculum, notebook_cells
from grader.kata.submission import MOST_BYTES, Submission, laid_out, read_folder

KINDS = (".zip", ".ipynb")
MOST_FILES = 10_000
MOST_ANSWERS = 64
MOST_DEPTH = 16
MOST_ZIP_BYTES = 16 << 20  # a larger one holds more than answers
MOST_NAMED = 50
NEVER_LOOKED_INTO = ("__MACOSX", "__pycache__", "node_modules", "venv")

_ANSWER = re.compile(r"ex(\d\d)_[A-Za-z0-9_]{1,60}\.py", re.ASCII)
_DAMAGED = (OSError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, NotImplementedError)


@dataclass(frozen=True)
class Taken:
    """The answers in what was handed in.

    Attributes:
        answers: file name to content.
        ignored: what was left and why, a line each.
        problem: why nothing could be read at all, in one line.
    """

    answers: dict[str, bytes]
    ignored: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of all that a result or its feedback depends on."""
        files = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(self.answers.items())}
        return hashlib.sha256(json.dumps([files, self.ignored, self.problem]).encode()).hexdigest()


@dataclass(frozen=True)
class _Piece:
    """Something that was handed in: where it lay, and how to read it, or why it is not taken."""

    place: str
    read: Callable[[int], bytes] | None = None  # so many bytes at the most
    refused: str | None = None


class _Unreadable(Exception):
    """Nothing can be taken from this: one line that says why."""


def take(path: Path) -> Taken:
    """Take the answers from what one student handed in; whatever is wrong with it is told in the result."""
    try:
        pieces = sorted(_pieces(path), key=lambda piece: (piece.place.count("/"), piece.place))  # the shallowest first
    except _Unreadable as error:
        return Taken({}, problem=str(error))
    answers: dict[str, bytes] = {}
    ignored = []
    for piece in pieces:
        name = piece.place.rpartition("/")[2]
        why = piece.refused or _not_taken(name, answers)
        if why is None and piece.read is not None:
            try:
                answers[name] = piece.read(MOST_BYTES + 1)
            except _DAMAGED as error:
                why = f"cannot be read ({reason(error)})"
        if why is not None:
            ignored.append(f"{line(piece.place)}: {why}")
    if len(ignored) > MOST_NAMED:
        ignored[MOST_NAMED:] = [f"and {len(ignored) - MOST_NAMED:,} more"]
    return Taken(answers, tuple(ignored))


@contextlib.contextmanager
def opened(path: Path) -> Iterator[tuple[Submission, tuple[str, ...]]]:
    """Answers to be graded, for the time of the block: a folder as it lies, or what a zip or a notebook holds.

    Second, what was left of a zip or a notebook and why, a line each.

    Raises:
        UsageError: nothing can be read there.
    """
    if path.suffix.lower() not in KINDS or path.is_dir():
        yield read_folder(path), ()
        return
    shown = paths.shown(path)
    taken = take(path)
    if taken.problem:
        raise UsageError(f"{shown}: {taken.problem}")
    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(laid_out(taken.answers))
        except OSError as error:
            raise UsageError(f"the answers in {shown} cannot be laid out: {error.strerror}") from error
        yield Submission(folder, shown), taken.ignored


def _pieces(path: Path) -> list[_Piece]:
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            raise _Unreadable("it is a symbolic link, and links are not followed")
        if stat.S_ISDIR(mode):
            return _or_what_is_packed(list(_in_folder(path)), path)
        if path.suffix.lower() == ".ipynb":
            return list(_in_notebook(_read(path, notebook_cells.MOST_BYTES)))
        return _or_what_is_packed(list(_in_zip(path)))
    except OSError as error:
        raise _Unreadable(f"it cannot be read ({reason(error)})") from error


def _or_what_is_packed(pieces: list[_Piece], folder: Path | None = None) -> list[_Piece]:
    """The pieces of a folder or a zip, or, where no answer is among them, those of the one notebook or zip there."""
    names = [piece.place.rpartition("/")[2] for piece in pieces]
    packed = [piece for piece in pieces if piece.refused is None and piece.place.lower().endswith(KINDS)]
    if any(map(_ANSWER.fullmatch, names)) or len(packed) != 1:
        return pieces
    (piece,) = packed
    rest = [other for other in pieces if other is not piece]
    try:
        if piece.place.lower().endswith(".ipynb") and piece.read is not None:
            content = piece.read(notebook_cells.MOST_BYTES + 1)
            if len(content) > notebook_cells.MOST_BYTES:
                raise _Unreadable(_too_large(notebook_cells.MOST_BYTES))
            return [*_in_notebook(content), *rest]
        if folder is not None:
            return [*_or_what_is_packed(list(_in_zip(folder / piece.place))), *rest]
    except _Unreadable as error:
        return [*rest, _Piece(piece.place, refused=str(error))]
    except _DAMAGED as error:
        return [*rest, _Piece(piece.place, refused=f"cannot be read ({reason(error)})")]
    return pieces


def _too_large(most: int) -> str:
    return f"it is larger than {most >> 20} MiB; hand in the exNN_name.py files alone"


def _not_taken(name: str, answers: dict[str, bytes]) -> str | None:
    """Why a file of this name is no answer."""
    found = _ANSWER.fullmatch(name)
    if found is None:
        return "only exNN_name.py files are taken"
    if int(found[1]) not in {exercise.number for exercise in curriculum.exercises()}:
        return "it belongs to no exercise"
    if name in answers:
        return "another file of this name is taken"
    return "too many answers" if len(answers) >= MOST_ANSWERS else None


def _in_folder(root: Path) -> Iterator[_Piece]:
    """Every file below a folder; links and what is neither file nor folder are named, not opened."""
    waiting, seen = [(root, "")], 0
    while waiting:
        folder, prefix = waiting.pop()
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            seen += 1
            if seen > MOST_FILES:
                raise _Unreadable(f"it holds more than {MOST_FILES:,} files")
            place = prefix + entry.name
            if entry.is_symlink():
                yield _Piece(place, refused="a symbolic link is not followed")
            elif entry.is_dir(follow_symlinks=False):
                if entry.name.startswith(".") or entry.name in NEVER_LOOKED_INTO or place.count("/") >= MOST_DEPTH:
                    yield _Piece(place + "/…", refused="not looked into")
                else:
                    waiting.append((Path(entry.path), f"{place}/"))
            elif not entry.is_file(follow_symlinks=False):
                yield _Piece(place, refused="it is not a regular file")
            else:
                yield _Piece(place, partial(_read, Path(entry.path), cut=True))


def _read(path: Path, most: int, *, cut: bool = False) -> bytes:
    """Read a regular file and nothing else, even where something took its place: a link, a pipe that never ends."""
    careful = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, os.O_RDONLY | careful), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise _Unreadable("it is not a regular file")
        content = file.read(most if cut else most + 1)
    if not cut and len(content) > most:
        raise _Unreadable(_too_large(most))
    return content


def _in_zip(path: Path) -> Iterator[_Piece]:
    """Every file in a zip. A member is read as a stream that is cut off, so what it claims to hold does not matter."""
    if path.stat().st_size > MOST_ZIP_BYTES:
        raise _Unreadable(_too_large(MOST_ZIP_BYTES))
    try:
        archive = zipfile.ZipFile(os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb"))
    except _DAMAGED as error:
        raise _Unreadable(f"it is no zip that can be opened ({reason(error)})") from error
    members = archive.infolist()
    if len(members) > MOST_FILES:
        raise _Unreadable(f"it holds more than {MOST_FILES:,} files")
    for member in members:
        place = member.filename
        if not member.is_dir():
            yield _Piece(place, partial(_member, archive, member), _refused(member))


def _refused(member: zipfile.ZipInfo) -> str | None:
    parts = PurePosixPath(member.filename).parts
    kind = stat.S_IFMT(member.external_attr >> 16)
    if member.filename.startswith("/") or ".." in parts or "\\" in member.filename or ":" in member.filename:
        return "its name leads out of the zip"
    if kind not in (0, stat.S_IFREG):
        return "it is not a regular file"
    if member.flag_bits & 1:
        return "it is encrypted"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "its compression is not known here"  # others expand without a bound on one read
    if any(part.startswith(".") or part in NEVER_LOOKED_INTO for part in parts[:-1]):
        return "not looked into"
    return None


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    with archive.open(member) as file:
        return file.read(most)


def _in_notebook(content: bytes) -> Iterator[_Piece]:
    """The answers in the cells of a notebook."""
    try:
        found = notebook_cells.answers(notebook_cells.code_cells(content))
    except notebook_cells.NoNotebook as error:
        raise _Unreadable(str(error)) from error
    for name, text in found.files.items():
        yield _Piece(name, partial(_cut, text.encode("utf-8", "surrogatepass")))
    for what, why in found.left:
        yield _Piece(what, refused=why)


def _cut(content: bytes, most: int) -> bytes:
    return content[:most]
