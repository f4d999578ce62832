"""A worksheet: the given numbers, the questions, and the explanation of wrong answers. The dialogue is elsewhere."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

MINUS = str.maketrans({"−": "-", "–": "-"})  # minus signs of word processors and lessons
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")


@dataclass(frozen=True)
class Slip:
    """A typical mistake: its result, and its explanation."""

    numbers: tuple[float, ...]
    says: str


@dataclass(frozen=True)
class Question:
    """A question, its answer with a tolerance, typical mistakes, and the solution.

    `step` says what the question is a part of; it is the same for all the questions of that step.
    """

    step: str
    asks: str
    answer: tuple[float, ...]
    tolerance: float
    slips: tuple[Slip, ...]
    working: str

    def is_right(self, numbers: tuple[float, ...]) -> bool:
        """Return whether these numbers are right."""
        return self._distance(numbers, self.answer) <= self.tolerance

    def wrong(self, numbers: tuple[float, ...]) -> str:
        """Explain wrong numbers: by the nearest typical mistake, or else by the first wrong number."""
        slip = min(self.slips, key=lambda slip: self._distance(numbers, slip.numbers))
        if self._distance(numbers, slip.numbers) <= self.tolerance:
            return slip.says
        if len(numbers) != len(self.answer):
            return f"{_count(len(self.answer))} expected, you typed {len(numbers)}"
        if len(self.answer) == 1:
            return "not quite; `show` shows the solution"
        off = next(i for i, (a, b) in enumerate(zip(numbers, self.answer, strict=True)) if abs(a - b) > self.tolerance)
        return f"not quite: the {('1st', '2nd', '3rd')[off] if off < 3 else f'{off + 1}th'} number is wrong"

    @staticmethod
    def _distance(numbers: tuple[float, ...], others: tuple[float, ...]) -> float:
        if len(numbers) != len(others):
            return math.inf
        # tolerance for floats: 0.315 is within 0.005 of 0.31
        return max(abs(a - b) for a, b in zip(numbers, others, strict=True)) - 1e-9


def question(
    step: str,
    asks: str,
    answer: tuple[int, ...],
    tolerance: float,
    slips: Iterable[tuple[tuple[int, ...], str]],
    working: str,
) -> Question:
    """Make a question in whole numbers; drop slips that give the right answer, and merge those that give the same."""
    says: dict[tuple[int, ...], str] = {}
    for numbers, words in slips:
        says[numbers] = f"{says[numbers]}; or else {words}" if numbers in says else words
    wrong = tuple(Slip(numbers, words) for numbers, words in says.items() if numbers != answer)
    return Question(step, asks, answer, tolerance, wrong, working)


@dataclass(frozen=True)
class Worksheet:
    """Its topic, the given numbers as on the page, and the questions in order."""

    title: str
    given: str
    questions: tuple[Question, ...]


def read_numbers(text: str) -> tuple[float, ...]:
    """Read numbers as people write them: `0.5 -0.2`, `[0.5, −0.2]`, `1,024`.

    Raises:
        ValueError: a word that is no number, or none at all; one line that says what to write.
    """
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)  # 1,024 is one number; 0.5,0.2 are two
    if "." not in text and re.search(r"\d,\d", text):
        raise ValueError("write numbers with a decimal point, 0.5 and not 0,5")
    words = re.split(r"[\s,;()\[\]]+", text.translate(MINUS))
    numbers = []
    for word in filter(None, words):
        if not NUMBER.fullmatch(word):
            raise ValueError(f"{word!r} is not a number: write numbers with a decimal point, separated by spaces")
        numbers.append(float(word))
    if not numbers:
        raise ValueError("write a number, `show` to see the solution, or `quit`")
    return tuple(numbers)


def _count(numbers: int) -> str:
    return "one number is" if numbers == 1 else f"{numbers} numbers are"
