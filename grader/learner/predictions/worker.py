"""The process that runs the calls of an exercise, with its reference solution first, then with each known mistake."""

import contextlib
import math
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from grader.answers import random_state
from grader.answers.local_answers import Answers
from grader.base import values_as_text
from grader.base.json_lines import Records
from grader.kata import curriculum, mistakes, references
from grader.learner.own_process.worker import carry_out
from grader.learner.predictions.predictions import Result, Token

JUDGE = "ex14_write_the_test"  # takes classes, but builds on no exercise with one
CALL_SECONDS = 2.0  # CPU seconds, because a mistake may be an endless loop


class Endless(BaseException):
    """A call timed out; not an Exception, which a mistake might catch."""


def make_calls(order: dict[str, Any], records: Records) -> None:
    """Send the results of the reference solution, then those of the mistakes, one record each."""
    exercise = next(lesson for lesson in curriculum.lessons() if lesson.name == order["exercise"])
    answers = Answers(Path(), [lesson.name for lesson in curriculum.lessons()])
    answers.take_references()
    solution = references.solution(exercise.name)
    assert solution is not None
    beneath: dict[str, Any] = {"math": math}
    if exercise.number > 1:  # exercise 1 is plain Python
        import numpy
        import torch

        torch.set_num_threads(1)
        beneath |= {"torch": torch, "np": numpy, "nn": torch.nn}
    for name in curriculum.ancestors(exercise):
        beneath |= _public(answers.module(name, references.solution(name) or ""))
    if exercise.name == JUDGE:
        classes = answers.module("flatten_classes", references.beside_checks()["flatten_classes"])
        beneath["FlattenConsecutive"] = classes.PLAIN.pattern
    made = [_called(answers.module(exercise.name, solution), beneath, code) for code in order["calls"]]
    records.send(results=[_tokens(value) for value in made], texts=[_text(value) for value in made])
    for mistake in mistakes.of(exercise):
        try:
            module = answers.module(exercise.name, mistake.code(solution))
        except Exception:  # a mistake that fails on import gives no results
            continue
        results = [_result(module, beneath, code) for code in order["calls"]]
        cause = {"name": mistake.name, "says": mistake.cause.says, "looks_right": mistake.cause.looks_right}
        records.send(mistake=cause, results=results)


def _public(module: ModuleType) -> dict[str, Any]:
    return {name: value for name, value in vars(module).items() if not name.startswith("_")}


def _called(module: ModuleType, beneath: dict[str, Any], code: str) -> Any:
    """Return the value of a call's last line; an exception is its result."""
    *before, last = code.splitlines()
    names = beneath | _public(module)
    with random_state.seeded(0):
        try:
            exec("\n".join(before), names)
            return eval(last, names)
        except Exception as raised:
            return raised


def _result(module: ModuleType, beneath: dict[str, Any], code: str) -> Result | None:
    try:
        with _limited(CALL_SECONDS):
            return _tokens(_called(module, beneath, code))
    except Endless:
        return None


def _tokens(value: Any) -> Result:
    """Return a value as numbers and words in order."""
    if isinstance(value, BaseException):
        return (type(value).__name__.lower(),)
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return tuple(token for item in value for token in _tokens(item))
    token: Token = value if isinstance(value, int | float) and not isinstance(value, bool) else str(value).lower()
    return (float(token) if isinstance(token, int) else token,)


def _text(value: Any) -> str:
    """Write a result as it is shown after the prediction."""
    if isinstance(value, BaseException):
        return values_as_text.error(value)
    if hasattr(value, "tolist"):
        value = value.tolist()
    return _rounded(value)


def _rounded(value: Any) -> str:
    if isinstance(value, list | tuple):
        items = ", ".join(_rounded(item) for item in value)
        return f"[{items}]" if type(value) is list else f"({items}{',' if len(value) == 1 else ''})"
    return f"{value:.4g}" if isinstance(value, float) else repr(value)


@contextlib.contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Stop a block after some seconds, if the system has such a timer."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise Endless

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


if __name__ == "__main__":
    carry_out(make_calls)
