"""Checks of errors: what must raise one, what must not, the type of the error, and what its message includes."""

import functools
import re
from collections.abc import Callable, Sequence
from typing import Any

from grader.answers.answer_modules import NotThere, Problem
from grader.answers.steps import Name, Outcome
from grader.base import values_as_text
from grader.language.comparisons import RESULT, Mismatch, holds
from grader.language.script import SCRIPT, Handle
from grader.language.verbs import Target, add_build, add_call

# A placeholder of an f-string, short enough to be found in a long text: `{group}`, `{x.shape[0]!r:>3}`.
_PLACEHOLDER = re.compile(r"\{[A-Za-z_][\w.]{0,50}(?:[(\[][^{}'\"]{0,50})?(?:![rsa])?(?: ?= ?)?(?::[^{}]{0,20})?\}")
# Possessive quantifiers, so that an answer's text cannot make the search for numbers quadratic.
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d++(?:\.\d*+)?|\.\d++)(?:e[-+]?\d++)?(?!\w)", re.IGNORECASE)
__tracebackhide__ = True  # pytest ends its traceback at the check's own line


def accepted(target: Target, *args: Any, method: str | None = None, **kwargs: Any) -> Handle:
    """Return the outcome of a valid call; if it raises an error, say so."""
    made = _tried(target, args, kwargs, method)
    SCRIPT.ask(_went_through, made)
    return made


def _went_through(outcome: Outcome) -> None:
    if isinstance(outcome.error, ValueError):
        difference = "this call is valid, but it raised an error"
        raise Mismatch(difference, expected="no error", got=outcome.error) from outcome.error
    if outcome.error is not None:
        raise outcome.error
    holds(outcome.value is not None, f"{RESULT} is None; is a return missing?", expected="a result", got="None")


def accepts(target: Target, *args: Any, method: str | None = None, **kwargs: Any) -> None:
    """Expect that a valid call works, next to an invalid one, because an answer that always raises an error checks
    nothing.

    Once for a function in a check: each of its examples would tell the same.
    """
    name = method or (target.name if isinstance(target, Name) else "itself")
    if name not in SCRIPT.accepted:
        made = accepted(target, *args, method=method, **kwargs)
        SCRIPT.hide(made)  # a later failure does not show successful steps
        SCRIPT.accepted.add(name)


def raises(
    error: type[BaseException],
    target: Target,
    *args: Any,
    method: str | None = None,
    naming: Sequence[str] = (),
    values: Sequence[Any] = (),
    also: Callable[[BaseException], object] = lambda error: None,
    shown: bool = False,
    **kwargs: Any,
) -> None:
    """Expect an error of one type whose message includes all of `naming`, and one of `values` if there are any.

    Args:
        error: the kind; a subclass of it is one too.
        target: called with args and kwargs.
        args: for the function.
        method: of the target.
        naming: words that the message must include, in any case.
        values: numbers or texts of which the message must include one; 7 is found in `(2, 7, 3)`, not in `17`.
        also: what else the error must be; raises a `Mismatch` where it is not.
        shown: whether a later failure shows this call, because what it left behind is looked at.
        kwargs: for the function.
    """
    tried = _tried(target, args, kwargs, method)
    is_class = isinstance(target, Name) and _is_class(target)

    def fits(outcome: Outcome) -> None:
        _is_refused(outcome, error, naming, values, is_class)
        assert outcome.error is not None
        also(outcome.error)

    SCRIPT.ask(fits, tried)
    if not shown:
        SCRIPT.hide(tried)  # a call that raised the right error is not shown


def _is_refused(
    outcome: Outcome, error: type[BaseException], naming: Sequence[str], values: Sequence[Any], is_class: bool
) -> None:
    wanted = error.__name__ + _wanted_message(naming, values)
    mismatch = functools.partial(Mismatch, expected=wanted, refusal=True)
    raised = outcome.error
    if raised is None:
        written = values_as_text.brief if isinstance(outcome.value, list | tuple) else values_as_text.value
        instead = "an object was built" if is_class else f"it returned {written(outcome.value)}"
        raise mismatch("no error was raised", got=f"no error: {instead}", came=outcome.value)
    if _is_no_refusal(raised):
        raise raised
    if not isinstance(raised, error):
        raise mismatch(f"{type(raised).__name__} was raised, expected {error.__name__}", got=raised) from raised
    message = values_as_text.message(raised)
    missing = [name for name in naming if name.lower() not in message.lower()]
    if missing:
        raise mismatch(f"the message does not include {missing[0]!r}{_no_f(raised)}", got=raised) from raised
    if values and not any(_holds_value(message, value) for value in values):
        names = " or ".join(values_as_text.python(value) for value in values)
        raise mismatch(f"the message does not include the value {names}{_no_f(raised)}", got=raised) from raised


def refused(target: Target, *args: Any, method: str | None = None, **kwargs: Any) -> Handle:
    """Make a call that may or may not raise an error, to look at its side effects.

    A file that is not there or does not import, and what is not written yet, are no outcomes of a call.
    """
    made = _tried(target, args, kwargs, method)
    SCRIPT.ask(_was_called, made)
    return made


def _was_called(outcome: Outcome) -> None:
    if outcome.error is not None and _is_no_refusal(outcome.error):
        raise outcome.error


def _holds_value(message: str, value: Any) -> bool:
    """Return whether a message contains a value: a separate number (in any notation), or a text."""
    if isinstance(value, str):
        return value in message
    plain = re.sub(r"(?<=\d)[_,](?=\d{3}(?!\d))", "", message)  # 1,000 and 1_000 are 1000
    apart = re.sub(r"(?<=\d)[x×](?=\d)", " ", message)  # 5x7 is a shape
    numbers = [float(found) for text in (message, plain, apart) for found in _NUMBER.findall(text)]
    return any(abs(number - value) <= 1e-6 * max(1.0, abs(value)) for number in numbers)


def _tried(target: Target, args: tuple[Any, ...], kwargs: dict[str, Any], method: str | None) -> Handle:
    if isinstance(target, Name) and _is_class(target):
        return add_build(target, args, kwargs, may_raise=True)
    return add_call(target, args, kwargs, method, may_raise=True)


def _is_class(target: Name) -> bool:
    return target.name[0].isupper()


def _is_no_refusal(raised: BaseException) -> bool:
    """Return whether an error means that there is nothing to call yet, or that Python should exit."""
    return isinstance(raised, NotImplementedError | NotThere | Problem) or not isinstance(raised, Exception)


def _no_f(raised: BaseException) -> str:
    """Return a question to add if the message contains a placeholder instead of its value."""
    left = _PLACEHOLDER.search(values_as_text.message(raised))
    return f"; it holds {left.group()} literally: is the f before the quotes missing?" if left else ""


def _wanted_message(naming: Sequence[str], values: Sequence[Any]) -> str:
    parts = [repr(name) for name in naming] + [" or ".join(values_as_text.python(value) for value in values)] * bool(
        values
    )
    return f" with a message that includes {' and '.join(parts)}" if parts else ""
