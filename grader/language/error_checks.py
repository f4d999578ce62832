"""What an answer must refuse, and what it must not: the kind of the error, and what its message names."""

import functools
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from grader.answers import error_wording
from grader.answers import remote_errors as errors
from grader.base import values_as_text
from grader.language.call_record import RECORD
from grader.language.calls import build, call
from grader.language.comparisons import RESULT, Mismatch, holds

T = TypeVar("T")
# What an f-string holds for a value, short enough to be searched for in a long text: `{group}`, `{x.shape[0]!r:>3}`.
_PLACEHOLDER = re.compile(r"\{[A-Za-z_][\w.]{0,50}(?:[(\[][^{}'\"]{0,50})?(?:![rsa])?(?: ?= ?)?(?::[^{}]{0,20})?\}")
__tracebackhide__ = True  # pytest ends its traceback at the check's own line


def accepted(function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Take what a right call returns, or a constructor builds; that it is refused is what is wrong then."""
    made = build if isinstance(function, type) else call
    try:
        returned = made(function, *args, **kwargs)
    except ValueError as raised:
        difference = "nothing is wrong with this call, and it was refused"
        raise Mismatch(difference, expected="no error", got=raised) from raised
    holds(returned is not None, f"{RESULT} is None; is a return missing?", expected="a result", got="None")
    return returned


def accepts(function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Expect that a right call goes through, ahead of a wrong one near it: to refuse everything is no check.

    Once for a function in a check: each of its examples would tell the same.
    """
    name = getattr(function, "__name__", type(function).__name__)
    if name not in RECORD.accepted:
        with RECORD.aside():
            accepted(function, *args, **kwargs)
        RECORD.accepted.add(name)


def raises(
    error: type[BaseException],
    function: Callable[..., Any],
    *args: Any,
    naming: Sequence[str] = (),
    values: Sequence[Any] = (),
    shown: bool = False,
    **kwargs: Any,
) -> None:
    """Expect an error of one kind whose message names all of `naming`, and one of `values` where there are any.

    Args:
        error: the kind; a subclass of it is one too.
        function: called with args and kwargs.
        args: for the function.
        naming: words that the message must hold, in any case.
        values: numbers or texts of which the message must hold one; 7 is found in `(2, 7, 3)`, not in `17`.
        shown: whether a later failure shows this call, because what it left behind is looked at.
        kwargs: for the function.
    """
    wanted = error.__name__ + _wanted_message(naming, values)
    mismatch = functools.partial(Mismatch, expected=wanted, refusal=True)
    maker = isinstance(function, type)
    try:
        returned = build(function, *args, **kwargs) if maker else call(function, *args, **kwargs)
    except NotImplementedError:
        raise
    except error as raised:
        missing = [name for name in naming if not errors.holds(raised, (error_wording.WORD, name))]
        if missing:
            raise mismatch(f"the message does not name {missing[0]!r}{_no_f(raised)}", got=raised) from raised
        if values and not errors.holds(raised, (error_wording.ONE_OF, *values)):
            names = " or ".join(values_as_text.python(value) for value in values)
            raise mismatch(f"the message does not name the value {names}{_no_f(raised)}", got=raised) from raised
        if not shown:
            RECORD.forget_last()  # a call that was refused, as it should be, shows nothing
    except Exception as raised:
        raise mismatch(f"{type(raised).__name__} was raised, expected {error.__name__}", got=raised) from raised
    else:
        instead = "an object was built" if maker else f"it returned {values_as_text.value(returned)}"
        raise mismatch("no error was raised", got=f"no error: {instead}", came=returned)


def _no_f(raised: BaseException) -> str:
    """What to add where the message holds a placeholder in place of its value."""
    left = _PLACEHOLDER.search(values_as_text.message(raised))
    return f"; it holds {left.group()} itself: is the f before its quotes missing?" if left else ""


def _wanted_message(naming: Sequence[str], values: Sequence[Any]) -> str:
    parts = [repr(name) for name in naming] + [" or ".join(values_as_text.python(value) for value in values)] * bool(
        values
    )
    return f" with a message that names {' and '.join(parts)}" if parts else ""
