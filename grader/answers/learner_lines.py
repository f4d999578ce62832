"""The learner's own lines in a traceback, with the values of the names in the innermost line. Lines of the grader are
left out.
"""

import contextlib
import io
import keyword
import linecache
import textwrap
import tokenize
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, ModuleType, TracebackType
from typing import Any

from grader.answers.local_answers import PACKAGE
from grader.base import values_as_text
from grader.kata import references

_MOST_LINES = 6
_MOST_NAMES = 8
_WIDTH = 70  # columns of the values below a line
_NOTHING = object()


@dataclass(frozen=True)
class OwnLine:
    """A line of the learner that was running: its place, and the names in it with their values."""

    path: Path
    number: int
    function: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def place(self) -> str:
        """File and line: `ex05_flatten_consecutive.py:31`."""
        return f"{self.path.name}:{self.number}"

    @property
    def text(self) -> str:
        """The line as it is in the file."""
        return linecache.getline(str(self.path), self.number).strip()


def of_traceback(trace: TracebackType | None) -> list[OwnLine]:
    """List the frames of the learner's files in a traceback, outermost first."""
    return _own(list(traceback.walk_tb(trace)))


def of_frame(frame: FrameType | None) -> list[OwnLine]:
    """List the running frames of the learner's files, outermost first."""
    return _own(list(traceback.walk_stack(frame))[::-1])


def _own(frames: list[tuple[FrameType, int]]) -> list[OwnLine]:
    own = [(frame, line) for frame, line in frames if _is_own(frame)]
    lines = [OwnLine(Path(frame.f_code.co_filename), line, frame.f_code.co_name) for frame, line in own]
    if lines:
        last, frame = lines[-1], own[-1][0]
        lines[-1] = OwnLine(last.path, last.number, last.function, tuple(_values(last.text, frame)))
    return lines


def _is_own(frame: FrameType) -> bool:
    return frame.f_globals.get("__package__") == PACKAGE and not references.is_sealed_path(frame.f_code.co_filename)


def written(lines: list[OwnLine]) -> str | None:
    """Write the innermost line with the values of its names below, after the places that led to it; shorten the middle
    of a deep recursion.
    """
    if not lines:
        return None
    places = [f"{line.path.name}, line {line.number}, in {line.function}" for line in lines]
    if len(places) > _MOST_LINES:
        places = [*places[:2], f"... {len(places) - 4} more ...", *places[-2:]]
    values = "; ".join(f"{name} is {value}" for name, value in lines[-1].values)
    below = textwrap.wrap(f"where {values}", _WIDTH, subsequent_indent="      ", break_on_hyphens=False)
    return "\n".join([*places, f"    {lines[-1].text}", *(f"    {line}" for line in below if values)])


def _values(line: str, frame: FrameType) -> list[tuple[str, str]]:
    """Collect the names of a line, including dotted ones, with their values; skip functions, classes and modules."""
    found: dict[str, str] = {}
    for name in _names(line):
        first, *attributes = name.split(".")
        value: Any = frame.f_locals.get(first, frame.f_globals.get(first, _NOTHING))
        try:
            for attribute in attributes:
                value = getattr(value, attribute)
        except Exception:  # the learner's own property may raise anything
            continue
        if not (value is _NOTHING or callable(value) or isinstance(value, ModuleType)):
            found[name] = values_as_text.brief(value)
    return list(found.items())[:_MOST_NAMES]


def _names(line: str) -> list[str]:
    """Find names and dotted names in a line of Python outside of strings; the line may be an incomplete statement."""
    tokens: list[tokenize.TokenInfo] = []
    with contextlib.suppress(tokenize.TokenError, IndentationError):  # the statement continues on the next line
        tokens.extend(tokenize.generate_tokens(io.StringIO(line).readline))
    names: list[str] = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type != tokenize.NAME or keyword.iskeyword(token.string):
            continue
        if before is not None and before.string == "." and names:
            names.append(f"{names[-1]}.{token.string}")
        else:
            names.append(token.string)
    return names
