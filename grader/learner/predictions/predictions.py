"""Five calls per exercise, their results, and the results of each known mistake.

The reference solution and the mistakes run in a process of their own (`worker`). The dialogue with the learner is
elsewhere.
"""

import queue
import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from grader.base.errors import AnswersFailed, UsageError
from grader.base.results import Cause
from grader.kata.curriculum import Exercise
from grader.learner.own_process.command import OwnProcess
from grader.learner.worksheets.worksheet import MINUS, NUMBER

CALLS = Path(__file__).with_name("calls.yaml")
FIRST_SECONDS = 60.0  # for the results, including torch's import
ALL_SECONDS = 20.0  # for the mistakes, while the learner waits
CLOSE = 0.0101  # a number is right to two decimals

Token = float | str
Result = tuple[Token, ...]  # a result as numbers and words in order; its brackets are left out


@dataclass(frozen=True)
class Predictable:
    """A call: its code, whose last line is the expression, and its result as tokens and as text."""

    code: str
    result: Result
    text: str

    @property
    def asks(self) -> str:
        """The kind of answer that is expected."""
        return "shape" if self.code.rstrip().endswith(".shape") else "result"

    def is_right(self, typed: Result) -> bool:
        """Return whether a prediction is right."""
        return same(typed, self.result)


@dataclass(frozen=True)
class Wrong:
    """A known mistake: its text, and its result for each call; None if the call did not end."""

    cause: Cause
    results: tuple[Result | None, ...]


def calls(exercise: Exercise) -> tuple[str, ...]:
    """Return the code of an exercise's calls."""
    found = yaml.safe_load(CALLS.read_text(encoding="utf-8"))
    return tuple(code.rstrip("\n") for code in found[exercise.name])


class Asking:
    """The worker for one exercise: it computes the results first and, while the learner thinks, those of
    the mistakes.
    """

    def __init__(self, exercise: Exercise) -> None:
        self._calls = calls(exercise)
        order = {"exercise": exercise.name, "calls": self._calls}
        self._process = OwnProcess("predictions.worker", order, errors=subprocess.DEVNULL)
        self.wrong: list[Wrong] = []
        self._ended = False

    def __enter__(self) -> "Asking":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.close()

    def predictables(self) -> tuple[Predictable, ...]:
        """Return the calls and their results.

        Raises:
            AnswersFailed: the reference did not give them.
        """
        try:
            record = self._process.records.get(timeout=FIRST_SECONDS)
        except queue.Empty:
            record = None
        if record is None or "results" not in record:
            raise AnswersFailed("the reference solution gave no results: restore the kata's files with git checkout")
        return tuple(
            Predictable(code, tuple(result), text)
            for code, result, text in zip(self._calls, record["results"], record["texts"], strict=True)
        )

    def gives(self, number: int, typed: Result, asked: Sequence[Predictable]) -> tuple[Cause, int] | None:
        """Find the mistake that explains a wrong prediction of call `number`: the one that changes the fewest calls.

        Returns:
            It, and how many mistakes give the same; None if no known one does.
        """
        deadline = time.monotonic() + ALL_SECONDS
        while not self._ended and (left := deadline - time.monotonic()) > 0:
            try:
                record = self._process.records.get(timeout=left)
            except queue.Empty:
                break
            if record is None:
                self._ended = True
            elif "mistake" in record:
                results = tuple(None if each is None else tuple(each) for each in record["results"])
                self.wrong.append(Wrong(Cause(**record["mistake"]), results))
        fitting = [wrong for wrong in self.wrong if (made := wrong.results[number]) and same(typed, made)]

        def changed(wrong: Wrong) -> tuple[int, str]:
            pairs = zip(wrong.results, asked, strict=True)
            return sum(made is None or not same(made, right.result) for made, right in pairs), wrong.cause.name

        return (min(fitting, key=changed).cause, len(fitting)) if fitting else None


def same(typed: Result, result: Result) -> bool:
    """Return whether two results are the same: numbers to two decimals, words in any case; `error`
    matches any error.
    """
    return len(typed) == len(result) and all(_alike(one, other) for one, other in zip(typed, result, strict=True))


def _alike(typed: Token, other: Token) -> bool:
    if isinstance(typed, str) or isinstance(other, str):
        return str(typed).lower() == str(other).lower() or (typed == "error" and str(other).lower().endswith("error"))
    return abs(typed - other) < CLOSE


def read(text: str) -> Result:
    """Read a prediction: numbers and words in order, with or without brackets and commas.

    Raises:
        UsageError: nothing but punctuation was typed.
    """
    text = re.sub(r"\b(torch\.Size|torch\.tensor|tensor|array|np\.array)\b", " ", text.translate(MINUS))
    words = [word.strip("'\"`") for word in re.split(r"[\s,;()\[\]{}]+", text)]
    tokens: list[Token] = []
    for word in filter(None, words):
        tokens.append(float(word) if NUMBER.fullmatch(word) else word.lower())
    if not tokens:
        raise UsageError("type the result, `show` to see it, or `quit`")
    return tuple(tokens)
