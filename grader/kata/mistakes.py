"""The bank of known mistakes: one short file each, `exNN_name/what-goes-wrong.yaml`. Read and applied here.

A mistake is stored as changes to the solution, so that it contains only what is wrong. Nothing here runs it.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from grader.base.errors import UsageError
from grader.base.results import Cause
from grader.kata import references
from grader.kata.curriculum import Exercise

# The C loader is five times as fast; some systems lack it.
_YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SUFFIX = ".yaml"
TEXTS = ("says", "looks_right", "advice")


@dataclass(frozen=True)
class Change:
    """A piece of the solution and its replacement: part of a line, or whole lines, indented as in the solution."""

    old: str
    new: str

    def made_in(self, text: str) -> str:
        """Apply the change.

        Raises:
            ValueError: the old piece is not there, or more than once.
        """
        of_lines = "\n" in self.old or "\n" in self.new or not self.new
        lines, old = text.splitlines(), self.old.splitlines()
        places = list(_blocks(lines, old)) if of_lines else range(text.count(self.old))
        if len(places) != 1:
            there = "is not in the solution" if not places else f"is there {len(places)} times; quote more of it"
            raise ValueError(f"`{old[0]}` {there}")
        if not of_lines:
            return text.replace(self.old, self.new)
        start = places[0]
        new = textwrap.indent(self.new, _indent(lines[start])).splitlines()
        return "\n".join([*lines[:start], *new, *lines[start + len(old) :], ""])


@dataclass(frozen=True)
class Mistake:
    """One known mistake: its texts for the learner, and the changes to the solution, in order.

    Attributes:
        cause: what a learner is told.
        ways: the changes, once for each way of making the mistake that behaves differently. Most have one way.
    """

    cause: Cause
    ways: tuple[tuple[Change, ...], ...]

    @property
    def name(self) -> str:
        """The name of its file: `interleaved-channels`."""
        return self.cause.name

    @property
    def labels(self) -> tuple[str, ...]:
        """One label per version: the mistake's name, then `name.2`, `name.3`."""
        return (self.name, *(f"{self.name}.{number}" for number in range(2, len(self.ways) + 1)))

    def code(self, solution: str, way: int = 0) -> str:
        """Return the whole wrong answer.

        Args:
            solution: the text of the solution.
            way: the number of the way, from 0.

        Raises:
            UsageError: a change does not fit the solution; the line says which.
        """
        for number, change in enumerate(self.ways[way], start=1):
            try:
                solution = change.made_in(solution)
            except ValueError as error:
                raise UsageError(f"mistake {self.labels[way]}, change {number}: {error}") from error
        return solution


def of(exercise: Exercise) -> tuple[Mistake, ...]:
    """Return the known mistakes of an exercise, by name."""
    return tuple(read(exercise, name, text) for name, text in texts(exercise).items())


def texts(exercise: Exercise) -> dict[str, str]:
    """Return the texts of their files, by name."""
    files = references.bank(exercise.name).items()
    return {name.removesuffix(_SUFFIX): text for name, text in files if name.endswith(_SUFFIX)}


def read(exercise: Exercise, name: str, text: str) -> Mistake:
    """Read one mistake of `texts`.

    Raises:
        UsageError: a field is missing, empty or of another kind.
    """
    try:
        fields: dict[str, Any] = yaml.load(text, Loader=_YAML_LOADER)
        words = {name: _sentence(fields.pop(name), name) for name in TEXTS}
        ways = tuple(
            tuple(Change(change["from"].rstrip("\n"), change["to"].rstrip("\n")) for change in way)
            for way in (fields.pop("change"), *fields.pop("or", ()))
        )
        if not all(ways) or fields:
            raise ValueError(f"unknown: {', '.join(fields)}" if fields else "no change")
    except (ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        needs = f"it needs {', '.join(TEXTS)} and change"
        raise UsageError(f"the mistake {exercise.name}/{name}{_SUFFIX} is damaged ({reason}); {needs}") from error
    return Mistake(Cause(name, **words), ways)


def _sentence(text: str, name: str) -> str:
    one_line = " ".join(text.split())
    if not one_line:
        raise ValueError(f"{name} is empty")
    return one_line


def _blocks(lines: list[str], block: list[str]) -> Iterator[int]:
    """Find a block of lines, whatever its indentation as a whole."""
    for start in range(len(lines) - len(block) + 1):
        indented = textwrap.indent("\n".join(block), _indent(lines[start])).splitlines()
        if lines[start : start + len(block)] == indented:
            yield start


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
