"""An assignment: the exercises and points that a course asks for, a title, a due date, a seed.

It is stored in `assignment.yaml` of a handout, which an instructor may edit; the kata itself has none. `curriculum`
knows the files of an exercise.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from grader.base import paths
from grader.base.errors import UsageError
from grader.base.plain_text import line

FILE = "assignment.yaml"
POINTS = 100
# The C loader is five times as fast; some systems lack it.
_YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HEAD = """\
# The assignment: read by `grade` in this folder and by `grade class --assignment`. You can change the points, even to
# a total other than 100: the checks of an exercise share its points in the same proportion as in the kata.
"""


@dataclass(frozen=True)
class Assignment:
    """The contents of an assignment.

    Attributes:
        title: what it is called; may be empty.
        due: until when, in the course's own words; may be empty. Nothing is enforced.
        seed: of the checks' inputs, unless `--seed` names another.
        spoil: whether `grade compare --spoil` shows a solution before an answer passes.
        points: of each exercise that is asked, by name, in order.
    """

    title: str
    due: str
    seed: int
    spoil: bool
    points: tuple[tuple[str, float], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the exercises."""
        return tuple(name for name, _ in self.points)

    @property
    def headline(self) -> str:
        """Title and date in one line; empty if there are none."""
        return ", ".join(part for part in (self.title, f"due {self.due}" if self.due else "") if part)

    def written(self) -> str:
        """The file as text."""
        fields = {"title": self.title, "due": self.due, "seed": self.seed, "spoil": self.spoil}
        fields["points"] = {name: int(points) if points == int(points) else points for name, points in self.points}
        return _HEAD + yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=120)


@paths.once
def here() -> Assignment | None:
    """Return the assignment of this checkout, if it is a handout.

    Raises:
        UsageError: its file is damaged.
    """
    file = paths.checkout().root / FILE
    return read(file) if file.exists() else None


def seed() -> int:
    """Return the default seed of the checks' inputs: the assignment's, or 0."""
    found = here()
    return found.seed if found else 0


def read(path: Path) -> Assignment:
    """Read an assignment file.

    Raises:
        UsageError: it cannot be read, or a field is missing or of another kind.
    """
    try:
        fields = yaml.load(path.read_text(encoding="utf-8"), Loader=_YAML_LOADER) or {}
        points = tuple((_text(name), _number(number)) for name, number in fields["points"].items())
        if not points:
            raise ValueError("no exercise has points")
        seed, spoil = fields["seed"], fields["spoil"]
        if type(seed) is not int or seed < 0 or type(spoil) is not bool:
            raise ValueError("seed must be a number from 0, spoil must be true or false")
        return Assignment(_text(fields["title"]), _text(fields["due"]), seed, spoil, points)
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        reason = (
            f"{error} is missing"
            if isinstance(error, KeyError)
            else line(getattr(error, "strerror", None) or str(error))
        )
        raise UsageError(
            f"the assignment {paths.shown(path)} cannot be read ({reason}); it needs title, due, seed, spoil, points"
        ) from error


def _text(value: Any) -> str:
    """Return a text; restore dates that YAML has parsed."""
    return line("" if value is None else str(value))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
        raise ValueError(f"{value} is not a number of points")
    return float(value)


def shares(weights: Sequence[float], total: float, digits: int = 0) -> list[float]:
    """Split points in proportion to the weights into numbers with a fixed number of digits that sum to the total.

    What rounding down leaves goes to those that lost most, the first among equals.
    """
    unit = 10**digits
    whole = round(total * unit)
    exact = [weight * whole / sum(weights) for weight in weights]
    counts = [math.floor(share + 1e-9) for share in exact]
    by_loss = sorted(range(len(weights)), key=lambda place: (round(counts[place] - exact[place], 9), place))
    for place in by_loss[: whole - sum(counts)]:
        counts[place] += 1
    return [count / unit for count in counts]
