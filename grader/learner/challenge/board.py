"""The local leaderboard of `grade challenge`, in `.grade/challenge.json`: entries and the project's own models, with
scores.

Scores are only comparable for the same words and budget, so each combination has its own board. A damaged file is
renamed.
"""

import contextlib
import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from grader.base import paths
from grader.base.atomic_files import write_whole
from grader.base.errors import UsageError

FILE = "challenge.json"


@dataclass(frozen=True)
class Entry:
    """One line: the name, and either a score or why there is none.

    Attributes:
        mark: whether it is one of the project's own models, to compare with.
        seconds: of CPU time, for training.
    """

    name: str
    mark: bool
    loss: float | None
    parameters: int | None
    seconds: float | None
    refused: str | None = None


def board_of(words: Sequence[str], seconds: float) -> str:
    """Return the name of the board for these words and this budget."""
    digest = hashlib.sha256("\n".join(words).encode()).hexdigest()
    return f"{digest[:16]} {seconds:g}"


def entries(board: str) -> list[Entry]:
    """List the lines of a board, best first, rejected ones last."""
    found = [Entry(**fields) for fields in _read().get(board, {}).values()]
    return sorted(found, key=lambda entry: (math.inf if entry.loss is None else entry.loss, entry.name))


def enter(board: str, entry: Entry) -> None:
    """Write a line, replacing one with the same name."""
    boards = _read()
    boards.setdefault(board, {})[f"{'mark' if entry.mark else 'file'} {entry.name}"] = asdict(entry)
    try:
        paths.checkout().state.mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make {paths.shown(paths.checkout().state)}: {error.strerror}") from error
    write_whole(paths.checkout().state / FILE, json.dumps(boards, indent=1) + "\n")


def _read() -> dict[str, dict[str, Any]]:
    file = paths.checkout().state / FILE
    try:
        boards: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
        for lines in boards.values():
            for fields in lines.values():
                Entry(**fields)
        return boards
    except OSError:
        return {}
    except (ValueError, TypeError, AttributeError):
        with contextlib.suppress(OSError):
            file.replace(file.with_name("challenge.damaged.json"))
        return {}
