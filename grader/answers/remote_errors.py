"""Exceptions that cross from worker to grader: rebuilt as the same built-in type, with the message and the answer's
lines.

The worker sends the names of the nearest built-in classes (two, if it is both a KeyError and a ValueError), the name
and text of the exception, and the frames in the answer's files. The grader rebuilds an exception of those classes with
a traceback through the same lines.
"""

import builtins
import traceback
import types
from collections.abc import Callable, Iterator
from typing import Any

from grader.answers.answer_modules import PACKAGE, NotThere, Problem
from grader.answers.wire import WireError

MOST_TEXT = 20_000
MOST_FRAMES = 1_200
# Built-in classes that need more than a message are replaced by a base class.
_UNFIT = {"UnicodeDecodeError", "UnicodeEncodeError", "UnicodeTranslateError", "BaseExceptionGroup", "ExceptionGroup"}
_BUILT_IN = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException) and name not in _UNFIT
}


def told(error: BaseException) -> dict[str, Any]:
    """Turn an exception into data."""
    if isinstance(error, NotThere):
        return {"absent": error.exercise}
    if isinstance(error, Problem):
        return {"problem": [error.difference, error.code, error.where, error.lacking]}
    kind = type(error)
    try:
        text = str.__str__(str(error))
    except BaseException:  # the answer's own __str__ may raise anything
        text = "(its message cannot be printed)"
    frames = [
        [frame.f_code.co_filename.rpartition("/")[2], line, frame.f_code.co_name]
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_globals.get("__package__") == PACKAGE
    ]
    if len(frames) > MOST_FRAMES:
        frames = frames[: MOST_FRAMES // 2] + frames[-MOST_FRAMES // 2 :]
    return {"type": " ".join(_nearest(kind)), "name": kind.__name__, "text": text[:MOST_TEXT], "frames": frames}


def _nearest(kind: type[BaseException]) -> list[str]:
    """List the built-in classes of an exception in their order, without those that have another one below them."""
    nearest: list[type] = []
    for base in kind.__mro__:
        if _BUILT_IN.get(base.__name__) is base and not any(issubclass(other, base) for other in nearest):
            nearest.append(base)
    return [base.__name__ for base in nearest]


def rebuilt(form: Any, path_of: Callable[[str], str | None]) -> BaseException:
    """Rebuild an exception from data: a new class with its name, below the given built-in classes.

    Args:
        form: what `told` made, or what a worker says that it made.
        path_of: the path of an answer's file, by its name; None where there is no such file.

    Raises:
        WireError: it is of a wrong form, or no class can be below all that it names.
    """
    match form:
        case {"absent": str(exercise)} if len(exercise) <= 100:
            return NotThere(exercise)
        case {"problem": [str(text), None | str() as code, None | str() as where, None | str() as lacking]}:
            if max(map(len, filter(None, (text, code, where, lacking))), default=0) > MOST_TEXT:
                raise WireError("a problem of too many words")
            return Problem(text, code=code, where=where, lacking=lacking)
    bases, name, text, frames = _parts(form)
    lines = [(path_of(file), line, function) for file, line, function in frames]
    name = name if name.isidentifier() and len(name) <= 100 else bases[0].__name__
    members = {
        "__str__": lambda self: text,
        "__repr__": lambda self: f"{kind.__name__}({text!r})",
        "args": property(lambda self: (text,)),
        "__module__": bases[0].__module__,
    }
    try:
        kind: type[BaseException] = type(name, bases, members)
    except TypeError as error:
        raise WireError("an exception of a wrong form") from error
    return kind.__new__(kind).with_traceback(_traceback(lines))


def _parts(form: Any) -> tuple[tuple[type[BaseException], ...], str, str, list[tuple[str, Any, Any]]]:
    """Read the classes, the name, the message and the lines of an exception from data."""
    try:
        bases, name, text = tuple(_BUILT_IN[base] for base in form["type"].split(" ")), form["name"], form["text"]
        frames = [(file, line, function) for file, line, function in form["frames"][: MOST_FRAMES + 1]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise WireError("an exception of a wrong form") from error
    if not isinstance(name, str) or not isinstance(text, str) or len(text) > MOST_TEXT:
        raise WireError("an exception of a wrong form")
    if not all(isinstance(file, str) for file, _, _ in frames):
        raise WireError("an exception of a wrong form")
    return bases, name, text, frames


def _traceback(lines: list[tuple[str | None, Any, Any]]) -> types.TracebackType | None:
    """Build a traceback through these lines, from frames of generators with the same names that never started.

    A frame of a function that ran would keep all its callers, and what they hold, until garbage is collected.
    """
    made = None
    for path, line, function in reversed(lines):
        if path is None or type(line) is not int or not 0 < line < 1 << 20 or not isinstance(function, str):
            continue
        code = _here.__code__.replace(co_filename=path, co_firstlineno=line, co_name=function[:100])
        frame = types.FunctionType(code, {"__package__": PACKAGE, "__name__": PACKAGE})().gi_frame
        made = types.TracebackType(made, frame, 0, line)
    return made


def _here() -> Iterator[None]:
    yield
