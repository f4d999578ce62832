"""Reads points given by hand from a CSV file: student, exercise, points, reason.

`total` instead of an exercise adjusts the total: `ada,total,-5,three days late`.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Mapping
from pathlib import Path

from grader.base import csv_table
from grader.base.errors import UsageError
from grader.base.results import TOTAL, ByHand
from grader.kata import curriculum

COLUMNS = ("student", "exercise", "points", "reason")


def read(path: Path, students: Collection[str], most: Mapping[str, float]) -> tuple[ByHand, ...]:
    """Read the file.

    Args:
        path: of the file.
        students: who may be given points.
        most: the points that each exercise of this run has, by name.

    Raises:
        UsageError: it cannot be read; or a line of it is about nobody, no exercise of this run, no number, more points
            than the exercise has, or lacks a reason. The line's number is told.
    """
    sums: dict[tuple[str, str], float] = defaultdict(float)
    found = []
    for where, row in csv_table.table(path, COLUMNS):
        given = _given(row, where, students, most)
        key = given.student, given.exercise
        sums[key] += given.points
        whole = sum(most.values()) if given.exercise == TOTAL else most[given.exercise]
        if abs(sums[key]) > whole + 1e-9:
            of = "the assignment" if given.exercise == TOTAL else given.exercise
            raise UsageError(f"{where}: {sums[key]:g} points by hand, and {of} has {whole:g}")
        found.append(given)
    return tuple(found)


def _given(row: dict[str, str], where: str, students: Collection[str], most: Mapping[str, float]) -> ByHand:
    student, exercise, points, reason = (row[column] for column in COLUMNS)
    if student not in students:
        raise UsageError(f"{where}: there is no submission of {student!r}")
    if not exercise:
        raise UsageError(f"{where}: the exercise is missing")
    name = TOTAL
    if exercise.casefold() != TOTAL:
        try:
            (found,) = curriculum.find([exercise])
        except UsageError as error:
            raise UsageError(f"{where}: {error}") from error
        name = found.name
        if name not in most:  # an assignment gives it other points
            raise UsageError(f"{where}: {name} is not graded in this run")
    try:
        number = float(points.replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(f"{where}: {points!r} is not a number of points")
    if not reason:
        raise UsageError(f"{where}: a reason is missing; the student reads it")
    return ByHand(student, name, number, reason)
