"""The exercises in order: a table, and for each exercise its hints, its flashcards and its lesson's contract.

Nothing here runs code or knows results.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from grader.base import paths
from grader.base.errors import UsageError
from grader.kata import assignment
from grader.kata.assignment import Assignment

# The C loader reads the files of ten exercises in 10 ms, the Python loader in 90 ms; some systems lack the former.
_YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONTRACT_LINE = re.compile(r"^- \*\*([\w-]+)\*\*: (.+)$", re.MULTILINE)
_DAMAGE = (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True)
class Card:
    """A flashcard: a question and its short answer."""

    front: str
    back: str


@dataclass(frozen=True)
class Exercise:
    """One exercise: its row in the table, its hints and cards, and the paths of its files.

    `assigned`: its points are those of an assignment, which its checks then share.
    """

    name: str
    title: str
    points: float
    minutes: int
    core: bool
    bonus: bool
    builds_on: tuple[str, ...]
    objectives: tuple[str, ...]
    hints: tuple[str, ...]
    cards: tuple[Card, ...]
    contract: dict[str, str]
    assigned: bool = False

    @property
    def number(self) -> int:
        """The number in the name: 5 for `ex05_flatten_consecutive`."""
        return int(self.name[2:4])

    @property
    def short(self) -> str:
        """The shortest name that people type: `ex05`."""
        return self.name[:4]

    @property
    def file(self) -> str:
        """The name of the answer's file."""
        return f"{self.name}.py"

    @property
    def question(self) -> str:
        """A question to think about afterwards: the last card that asks why, else the last card."""
        fronts = [card.front for card in self.cards]
        return next((front for front in reversed(fronts) if front.startswith("Why")), fronts[-1])

    @property
    def lesson(self) -> Path:
        """The lesson, next to the stub."""
        return paths.checkout().exercises / f"{self.name}.md"

    @property
    def stub(self) -> Path:
        """The learner's file in the checkout."""
        return paths.checkout().exercises / self.file

    @property
    def solution(self) -> Path:
        """The solution from which the stub is generated."""
        return paths.checkout().solutions / self.file

    @property
    def checks(self) -> Path:
        """The checks of this exercise."""
        return paths.checkout().checks / f"test_{self.file}"


@paths.once
def exercises() -> tuple[Exercise, ...]:
    """List the exercises for the learner, in order: those of a handout's assignment, else all."""
    here = assignment.here()
    return lessons() if here is None else asked(here)


def asked(given_out: Assignment) -> tuple[Exercise, ...]:
    """List the exercises of an assignment, with its points. If it has only bonus exercises, these count as main
    exercises.

    Raises:
        UsageError: it names one that is not here.
    """
    points = dict(given_out.points)
    found = [lesson for lesson in lessons() if lesson.name in points]
    if strangers := sorted(points.keys() - {lesson.name for lesson in found}):
        raise UsageError(f"the assignment includes {strangers[0]}, but there is no such lesson here")
    bonus_alone = all(lesson.bonus for lesson in found)
    return tuple(
        replace(lesson, points=points[lesson.name], bonus=lesson.bonus and not bonus_alone, assigned=True)
        for lesson in found
    )


def beneath(chosen: Iterable[Exercise]) -> tuple[str, ...]:
    """List what exercises build on, directly or not, that is not among them."""
    names = {exercise.name: ancestors(exercise) for exercise in chosen}
    return tuple(sorted(set().union(*names.values()) - names.keys()))


@paths.once
def given() -> tuple[str, ...]:
    """List the exercises that a handout's exercises build on but that are not assigned; references
    always replace them.
    """
    return beneath(exercises()) if assignment.here() else ()


@paths.once
def lessons() -> tuple[Exercise, ...]:
    """Read all exercises of the table, in its order.

    Raises:
        UsageError: the table, a lesson, its hints or its cards are missing or damaged.
    """
    if not table().exists():
        raise UsageError(f"no exercises in {paths.checkout().exercises}: run grade in a checkout of the kata")
    try:
        rows = _read(table())
        names = [str(row["name"]) for row in rows]
    except _DAMAGE as error:
        raise _damaged(table(), error) from error
    return tuple(_exercise(name, row) for name, row in zip(names, rows, strict=True))


def table() -> Path:
    """The table of all exercises."""
    return paths.checkout().exercises / "curriculum.yaml"


def table_of(names: Iterable[str]) -> str:
    """Write the table with only some of its rows."""
    wanted = set(names)
    rows = [row for row in _read(table()) if row["name"] in wanted]
    return str(yaml.safe_dump(rows, sort_keys=False, allow_unicode=True, width=120))


def _exercise(name: str, row: dict[str, Any]) -> Exercise:
    """Read an exercise: its row, and its three files.

    Raises:
        UsageError: one of them is missing or damaged.
    """
    path = table()
    try:
        title, points, minutes = row["title"], float(row["points"]), row["minutes"]
        core, bonus = row["core"], row.get("bonus", False)
        builds_on, objectives = tuple(row["builds_on"]), tuple(row["objectives"])
        path = paths.checkout().exercises / "hints" / f"{name}.yaml"
        hints = tuple(hint.strip() for hint in _read(path))
        path = paths.checkout().exercises / "cards" / f"{name}.yaml"
        cards = tuple(Card(card["front"], card["back"]) for card in _read(path))
        path = paths.checkout().exercises / f"{name}.md"
        contract = dict(_CONTRACT_LINE.findall(path.read_text(encoding="utf-8")))
    except _DAMAGE as error:
        raise _damaged(path, error) from error
    return Exercise(name, title, points, minutes, core, bonus, builds_on, objectives, hints, cards, contract)


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_YAML_LOADER)


def _damaged(path: Path, error: Exception) -> UsageError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    shown = paths.shown(path)
    return UsageError(f"{shown} is missing or damaged ({reason}); restore it with git checkout {shown}")


def needed(numbers: Iterable[int], command: str) -> tuple[Exercise, ...]:
    """List the exercises whose code a command runs, in order.

    Raises:
        UsageError: the assignment lacks one of them.
    """
    wanted = set(numbers)
    if lacking := sorted(wanted - {lesson.number for lesson in lessons()}):
        raise UsageError(f"{command} also needs exercise {lacking[0]}, which is not part of this assignment")
    return tuple(lesson for lesson in lessons() if lesson.number in wanted)


def find(names: Iterable[str], commands: Sequence[str] = ()) -> tuple[Exercise, ...]:
    """Find exercises by number, name or an unambiguous part of it; without names, return all, in order, each once.

    Args:
        names: as typed: `5`, `ex05`, `flatten`, `ex05_flatten_consecutive`.
        commands: other words that may have been meant, for the suggestion.

    Raises:
        UsageError: a name that fits no exercise, or several.
    """
    found = {find_one(name, commands).name for name in names}
    return tuple(exercise for exercise in exercises() if exercise.name in found or not found)


def find_one(typed: str, commands: Sequence[str] = ()) -> Exercise:
    """Find one exercise like `find`; raise the same errors."""
    name = typed.lower().removesuffix(".py")
    number = re.fullmatch(r"(?:ex)?0*(\d+)", name)
    if number:
        matches = [exercise for exercise in exercises() if exercise.number == int(number[1][-4:])]
    else:
        stem = Path(name).name
        matches = [exercise for exercise in exercises() if exercise.name == stem]
        matches = matches or [exercise for exercise in exercises() if stem and stem in exercise.name]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise UsageError(
            f"{typed!r} matches several exercises: {', '.join(e.name for e in matches)}; type more of the name"
        )
    if number:
        numbers = [exercise.number for exercise in exercises()]
        whole = numbers == list(range(numbers[0], numbers[-1] + 1))
        there = f"they go from {numbers[0]} to {numbers[-1]}" if whole else f"there are {', '.join(map(str, numbers))}"
        raise UsageError(f"there is no exercise {typed!r}; {there}")
    raise UsageError(f"there is no exercise {typed!r}; closest: {', '.join(_closest(name, commands))}")


def _closest(name: str, commands: Sequence[str]) -> list[str]:
    """Return the three known names most similar to `name`, most similar first."""
    choices = {
        exercise.name: (exercise.name, exercise.name[5:], *exercise.name[5:].split("_")) for exercise in exercises()
    }
    choices |= {f"grade {command}": (command,) for command in commands}

    def likeness(choice: str) -> float:
        return max(difflib.SequenceMatcher(None, name, form).ratio() for form in choices[choice])

    return sorted(choices, key=likeness, reverse=True)[:3]


def ancestors(exercise: Exercise) -> tuple[str, ...]:
    """List all exercises that this one builds on, directly or not, in order."""
    by_name = {other.name: other for other in lessons()}
    names: set[str] = set()
    waiting = list(exercise.builds_on)
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.add(name)
            waiting.extend(by_name[name].builds_on)
    return tuple(sorted(names))
