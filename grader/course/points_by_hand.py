"""Points that an instructor gives by hand, read from a CSV file: student, exercise, points, reason."""

import csv
import math
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from grader.base import paths
from grader.base.errors import UsageError
from grader.base.results import ByHand
from grader.kata import curriculum
from grader.kata.curriculum import Exercise

COLUMNS = ("student", "exercise", "points", "reason")


def read(path: Path, students: Collection[str], chosen: Sequence[Exercise]) -> tuple[ByHand, ...]:
    """Read the file.

    Raises:
        UsageError: it cannot be read, or a line of it names nobody, nothing, no number or no reason.
    """
    shown = paths.shown(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:  # spreadsheets write a byte order mark
            rows = csv.DictReader(file)
            names = tuple(rows.fieldnames or ())
            if names != COLUMNS:
                only = " (its fields are parted by semicolons; save it with commas)" if ";" in "".join(names) else ""
                raise UsageError(f"{shown} must begin with the line {','.join(COLUMNS)}{only}")
            return tuple(_given(row, f"{shown}, line {rows.line_num}", students, chosen) for row in rows)
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{shown} is no CSV file in UTF-8: {error}") from error


def _given(row: dict[str | None, Any], where: str, students: Collection[str], chosen: Sequence[Exercise]) -> ByHand:
    if None in row:
        raise UsageError(f"{where}: there are more than {len(COLUMNS)} fields; one that holds a comma stands in quotes")
    student, exercise, points, reason = ((row[column] or "").strip() for column in COLUMNS)
    if student not in students:
        raise UsageError(f"{where}: there is no submission of {student!r}")
    if not exercise:
        raise UsageError(f"{where}: the exercise is missing")
    try:
        (found,) = curriculum.find([exercise])
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error
    if found.name not in {asked.name for asked in chosen}:  # an assignment gives it other points
        raise UsageError(f"{where}: {found.name} is not graded in this run")
    try:
        number = float(points)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(f"{where}: {points!r} is no number of points")
    if not reason:
        raise UsageError(f"{where}: a reason is missing; the student reads it")
    return ByHand(student, found.name, number, reason)
