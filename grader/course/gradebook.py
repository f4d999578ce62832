"""The gradebook: one line per student with the same columns, for a spreadsheet or a course platform. Text only."""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.base.plain_text import cell
from grader.base.results import TOTAL, ByHand, RunResult
from grader.course.entries import Entry
from grader.course.notes import notes_of
from grader.kata.curriculum import Exercise
from grader.reports.feedback_file import sums

HANDED_IN_NOTHING = "handed in nothing"
EXCEL_MARK = "\ufeff"  # without this mark Excel does not recognise UTF-8


@dataclass(frozen=True)
class Line:
    """One student's line of the gradebook.

    Attributes:
        entry: the student.
        status: what was made of the submission.
        points: of the main line, those by hand included; None: not graded, which is not 0 points.
        bonus: points beyond the main line.
        by_hand: what of both was given by hand.
        by_exercise: points by the name of the exercise.
        notes: what an instructor should know, a line each.
        submission, seed, sandbox: what the result tells of itself.
    """

    entry: Entry
    status: str
    points: float | None = None
    bonus: float = 0.0
    by_hand: float = 0.0
    by_exercise: tuple[tuple[str, float], ...] = ()
    notes: tuple[str, ...] = ()
    submission: str = ""
    seed: str = ""
    sandbox: str = ""


@dataclass(frozen=True)
class Maxima:
    """The maximum points: by exercise, including hidden checks, and the totals."""

    by_exercise: tuple[tuple[str, float], ...]
    points: float
    bonus: float


def maxima(chosen: Sequence[Exercise], with_hidden: Mapping[str, float]) -> Maxima:
    """Compute the maximum points.

    Args:
        chosen: the exercises that are graded.
        with_hidden: of the exercises that hidden checks belong to, what they come to with these.
    """
    most = {exercise.name: with_hidden.get(exercise.name, exercise.points) for exercise in chosen}
    sums = [math.fsum(most[e.name] for e in chosen if e.bonus == bonus) for bonus in (False, True)]
    return Maxima(tuple(most.items()), *sums)


def graded(entry: Entry, result: RunResult, by_hand: Sequence[ByHand]) -> Line:
    """Make one student's line. Points by hand are included in the exercise's points and the totals, and listed
    separately.
    """
    assert result.origin is not None
    added = sums(result, by_hand)
    points = {exercise.name: exercise.points for exercise in result.exercises}
    for given in by_hand:
        if given.exercise != TOTAL:
            points[given.exercise] += given.points
    too_many = [
        f"{each.name[:4]} has {number(points[each.name])} of {number(each.max_points)} points, including points by hand"
        for each in result.exercises
        if points[each.name] > each.max_points + 1e-9
    ]
    return Line(
        entry,
        status(result),
        added.points,
        added.bonus,
        added.by_hand + added.bonus_by_hand,
        tuple(points.items()),
        (*notes_of(result), *too_many),
        result.origin.digest,
        result.origin.seed,
        sandbox(result),
    )


def ungraded(entry: Entry, why: str) -> Line:
    """Make the line of a submission that could not be graded."""
    return Line(entry, f"not graded: {why}")


def absent(entry: Entry, chosen: Sequence[Exercise], by_hand: Sequence[ByHand]) -> Line:
    """Make the line of a student of the class list who handed in nothing."""
    given = {exercise.name: 0.0 for exercise in chosen}
    for extra in by_hand:
        given[extra.exercise] = given.get(extra.exercise, 0.0) + extra.points
    adjustment = given.pop(TOTAL, 0.0)
    main = math.fsum([*(given[exercise.name] for exercise in chosen if not exercise.bonus), adjustment])
    bonus = math.fsum(given[exercise.name] for exercise in chosen if exercise.bonus)
    hand = math.fsum([*given.values(), adjustment])
    return Line(entry, HANDED_IN_NOTHING, max(main, 0.0), bonus, hand, tuple(given.items()))


def status(result: RunResult) -> str:
    """Return the status of the submission: graded, or why there was nothing to grade."""
    assert result.origin is not None
    if result.origin.problem:
        return f"cannot be read: {result.origin.problem}"
    if all(exercise.status == "not_started" for exercise in result.exercises):
        return "nothing started"
    return "graded"


def sandbox(result: RunResult) -> str:
    """Return whether all sandbox layers were on, else which ones were not; `result.json` has the details."""
    missing = [name for name, state in (result.layers or {}).items() if state != "on"]
    return f"without {', '.join(missing)}" if missing else "on"


def header(chosen: Sequence[Exercise]) -> list[str]:
    """The names of the columns."""
    names = [exercise.name for exercise in chosen]
    first = ["student", "points", "bonus", "by_hand", *names, "status", "submission", "seed", "sandbox"]
    most = ["max_points", "max_bonus", *(f"max_{name}" for name in names)]
    return [*first, *most, "notes", "late", "attempt", "section", "login", "email", "id"]


def row(line: Line, chosen: Sequence[Exercise], most: Maxima) -> list[str]:
    """Write a line as cells."""
    if line.points is None:
        numbers = [""] * (3 + len(chosen))
    else:
        points = dict(line.by_exercise)
        each = [points.get(exercise.name, 0.0) for exercise in chosen]
        numbers = [number(value) for value in (line.points, line.bonus, line.by_hand, *each)]
    person = line.entry.person
    about = ["late" if line.entry.late else "", str(line.entry.attempt or ""), person.section, person.login]
    return [
        cell(line.entry.student),
        *numbers,
        cell(line.status),
        line.submission,
        line.seed,
        cell(line.sandbox),
        *map(number, (most.points, most.bonus, *(points for _, points in most.by_exercise))),
        cell("; ".join(line.notes)),
        *map(cell, (*about, person.email, person.id)),
    ]


def text(chosen: Sequence[Exercise], lines: Iterable[Line], most: Maxima) -> str:
    """Write the whole file."""
    return as_csv([header(chosen), *(row(line, chosen, most) for line in lines)])


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """Write rows of cells."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue()


def number(points: float) -> str:
    """Write points for a cell."""
    return f"{round(points, 3):g}"
