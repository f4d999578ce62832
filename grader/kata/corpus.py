"""Finds and reads a list of words for training, and explains in one line if a file is not a valid list.

Splitting the words, numbering their characters and cutting windows are the learner's task (exercise 3).
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from grader.base.errors import UsageError
from grader.base.paths import checkout
from grader.base.paths import shown as place

NAMES_SHA256 = "cba14f452b7768bd7fe093035a67491d4a334061634ccfd51522fb796910e75e"
RESTORE_NAMES = "restore it with `git checkout data/names.txt`"
NAMED = {
    "names": ("names.txt", RESTORE_NAMES),
    "makemore": ("makemore_names.txt", "save names.txt of the public repository karpathy/makemore as that file"),
}

LONGEST_WORD = 100
SHOWN = 40
WHITE_SPACE_OR_CONTROL = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")


class CorpusError(UsageError):
    """An unusable corpus; the message is one line: what, where, how to fix it."""


def find_corpus(name: str, data_dir: Path | None = None) -> Path:
    """Find the file of a corpus.

    Args:
        name: `names`, `makemore`, or the path of a file of the user's own (`./names` for a file called so).
        data_dir: where the named corpora are; None: in this checkout.

    Raises:
        CorpusError: a named corpus that is not there. A path is looked at only when it is read.
    """
    if name not in NAMED:
        return Path(name)
    file, mend = NAMED[name]
    path = (data_dir or checkout().data) / file
    if not path.exists():
        raise CorpusError(f"{place(path)} is not there: {mend}")
    return path


def load(name: str, others: Sequence[str] = ()) -> list[str]:
    """Read a named corpus or the user's own file; names that ship with the course must be unaltered.

    Args:
        name: as `find_corpus` takes it.
        others: what could have been named as well, for the message.

    Raises:
        CorpusError: it is not there, or is no list of words.
    """
    return load_names() if name == "names" else read_words(find_corpus(name), others)


def load_names(data_dir: Path | None = None) -> list[str]:
    """Read the names that ship with the course, and reject an altered file, because losses are only comparable on the
    same words.

    The digest is that of the words, one a line with LF: a checkout with CRLF has altered nothing.

    Raises:
        CorpusError: names.txt is not there, cannot be read, or was altered.
    """
    path = find_corpus("names", data_dir)
    words = read_words(path)
    if hashlib.sha256("".join(f"{word}\n" for word in words).encode()).hexdigest() != NAMES_SHA256:
        raise CorpusError(f"{place(path)} was altered: {RESTORE_NAMES}")
    return words


def read_words(path: Path, others: Sequence[str] = ()) -> list[str]:
    """Read the words of a UTF-8 file, one per line, in order and unchanged: duplicates and capitals stay.

    A byte order mark, CRLF, a last line without an end and blank lines at the end are no fault.

    Args:
        path: of the file.
        others: what could have been named in its place, beside the corpora.

    Raises:
        CorpusError: no readable UTF-8 file; no word in it; or a line that is blank, holds a `.` (the end token), white
            space or a control character, or is longer than 100 characters.
    """
    lines = [line.removesuffix("\r") for line in _read_text(path, others).split("\n")]
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise CorpusError(f"{place(path)} is empty: write one word per line")
    for number, line in enumerate(lines, start=1):
        if fault := _fault(line):
            shown = line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"
            raise CorpusError(f"{place(path)}, line {number}, {shown!r}: {fault}")
    return lines


def _read_text(path: Path, others: Sequence[str]) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        named = ", ".join([*NAMED, *others])
        raise CorpusError(f"{place(path)} does not exist: check the path, or choose one of {named}") from error
    except IsADirectoryError as error:
        raise CorpusError(f"{place(path)} is a folder: choose a file in it") from error
    except OSError as error:
        raise CorpusError(
            f"{place(path)} cannot be read ({error.strerror}): choose a text file that you can read"
        ) from error
    try:
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        where = f"byte 0x{data[error.start]:02x} at offset {error.start}"
        raise CorpusError(f"{place(path)}, line {line}, is not UTF-8 ({where}): save the file as UTF-8") from error


def _fault(line: str) -> str | None:
    """Return why a line is not a word, and how to fix it; None for a word."""
    if not line.strip():
        return "a blank line: remove it"
    if "." in line:
        return "a `.` is the token that ends a word: remove it"
    if WHITE_SPACE_OR_CONTROL.search(line):
        return "white space or a control character: write only one word per line"
    if len(line) > LONGEST_WORD:
        return f"{len(line)} characters: shorten it to {LONGEST_WORD} or fewer"
    return None
