"""From an exception of a check to a finding: whose fault, which line of the learner's, and in which words."""

import linecache
import traceback
from collections.abc import Collection
from pathlib import Path
from types import TracebackType

from grader.checking.answers import PACKAGE, NotThere, Problem
from grader.checking.expect import RECORD, Mismatch
from grader.feedback import show
from grader.result import Finding

_MOST_LINES = 6


def finding(
    raised: BaseException, exercise: str, replaced: Collection[str] = (), memory_bytes: int | None = None
) -> Finding:
    """Explain why a check did not pass.

    Args:
        raised: what came out of the check.
        exercise: the exercise that is graded: only its own NotImplementedError means «not started».
        replaced: the exercises in whose place references stand: what only the learner's own file has is «blocked».
        memory_bytes: the limit under which it ran, for the message.
    """
    raised = _first_cause(raised)
    if isinstance(raised, NotThere):
        return Finding("not_started", difference=str(raised))
    if isinstance(raised, Problem):
        if raised.lacking in replaced:
            difference = f"{raised.difference}; with the reference in place of {raised.lacking} it cannot run"
            return Finding("blocked", difference=difference, traceback=raised.code, where=raised.where)
        return Finding("error", difference=raised.difference, traceback=raised.code, where=raised.where)
    example = _example()
    if isinstance(raised, Mismatch):
        return Finding(
            "failed", example=example, expected=raised.expected, got=raised.got, difference=raised.difference
        )
    lines = own_lines(raised.__traceback__)
    if isinstance(raised, NotImplementedError) and lines and Path(lines[-1][0]).stem == exercise:
        return Finding("not_started", where=_where(lines[-1]))
    if out_of_memory(raised):
        limit = f" of {memory_bytes / 2**30:.0f} GiB" if memory_bytes else ""
        difference = f"it asked for more memory than the limit{limit}"
    elif isinstance(raised, RecursionError):
        difference = "it calls itself without end (RecursionError)"
    elif isinstance(raised, EOFError) and "reading a line" in str(raised):
        difference = "it asks for input (EOFError); an answer cannot: take input() out"
    elif lines:
        difference = f"your code raised {show.error(raised)}"
    else:
        difference = f"this call, or the use of what it returned, raised {show.error(raised)}"
    return Finding(
        "error" if lines else "failed",
        example=example,
        got=show.error(raised),
        difference=difference,
        traceback=_written(lines),
        where=_where(lines[-1]) if lines else None,
    )


def out_of_memory(raised: BaseException) -> bool:
    """Whether an allocation was refused: Python's own error, NumPy's, or torch's."""
    return isinstance(raised, MemoryError) or (isinstance(raised, RuntimeError) and "allocate memory" in str(raised))


def own_lines(trace: TracebackType | None) -> list[tuple[str, int, str]]:
    """The frames of the learner's files: path, line, function; from the outermost in."""
    lines = []
    for frame, line in traceback.walk_tb(trace):
        if frame.f_globals.get("__package__") == PACKAGE:
            lines.append((frame.f_code.co_filename, line, frame.f_code.co_name))
    return lines


def _first_cause(raised: BaseException) -> BaseException:
    """Out of hypothesis's groups (an answer that differs between two equal calls) the first exception that is ours."""
    while isinstance(raised, BaseExceptionGroup):
        raised = raised.exceptions[0]
    return raised


def _example() -> str | None:
    try:
        return RECORD.written()
    except Exception as error:  # a repr of the learner's own objects may raise anything
        return f"(the call cannot be printed: {type(error).__name__})"


def _where(line: tuple[str, int, str]) -> str:
    return f"{Path(line[0]).name}:{line[1]}"


def _written(lines: list[tuple[str, int, str]]) -> str | None:
    """The learner's frames as text; the middle of a deep recursion is left out."""
    if not lines:
        return None
    parts = [
        f"{Path(path).name}, line {line}, in {name}\n    {linecache.getline(path, line).strip()}"
        for path, line, name in lines
    ]
    if len(parts) > _MOST_LINES:
        parts = [*parts[:2], f"... {len(parts) - 4} more ...", *parts[-2:]]
    return "\n".join(parts)
