"""The gradebook as Canvas and Moodle import it. Text only; `gradebook` makes the rows.

A student is who the entry of the submissions is called after: name them by login, e-mail address or full name, and the
platform finds them by it.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from grader.course.gradebook import Row
from grader.kata.curriculum import Exercise

_STUDENT, _POINTS, _BONUS, _STATUS = "student", "points", "bonus", "status"


def canvas(title: str, header: Row, rows: Iterable[Row], chosen: Sequence[Exercise]) -> str:
    """Canvas: a row of the points that can be had, then the students. An empty cell changes nothing there.

    Canvas looks for a student by ID, then by SIS login, then by name: the entry's name stands for the last two.
    """
    most, bonus = _most(chosen)
    columns = [title, *([f"{title} (bonus)"] if bonus else [])]
    lines = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *columns],
        ["    Points Possible", "", "", "", "", f"{most:g}", *(["0"] if bonus else [])],
    ]
    for row in (dict(zip(header, row, strict=True)) for row in rows):
        points = [row[_POINTS], *([row[_BONUS]] if bonus else [])]
        lines.append([row[_STUDENT], "", "", row[_STUDENT], "", *points])
    return _written(lines)


def moodle(title: str, header: Row, rows: Iterable[Row], chosen: Sequence[Exercise]) -> str:
    """Moodle: in its import, map from `Username` or `Email address`, and the other columns to the grade item."""
    bonus = _most(chosen)[1]
    columns = [title, *([f"{title} (bonus)"] if bonus else []), f"Feedback: {title}"]
    lines = [["Username", "Email address", *columns]]
    for row in (dict(zip(header, row, strict=True)) for row in rows):
        student = row[_STUDENT]
        points = [row[_POINTS], *([row[_BONUS]] if bonus else [])]
        lines.append([student, student if "@" in student else "", *points, row[_STATUS]])
    return _written(lines)


def _most(chosen: Sequence[Exercise]) -> tuple[float, float]:
    """The points that can be had, and the bonus points."""
    return (
        sum(exercise.points for exercise in chosen if not exercise.bonus),
        sum(exercise.points for exercise in chosen if exercise.bonus),
    )


def _written(lines: Iterable[Row]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(lines)
    return file.getvalue()
