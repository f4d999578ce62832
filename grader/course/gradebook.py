"""The gradebook: a line a student, the same columns for all, for a spreadsheet or a course platform. Text only."""

import csv
import io
from collections.abc import Iterable, Sequence

from grader.base.plain_text import cell
from grader.base.results import ByHand, RunResult
from grader.kata.curriculum import Exercise

Row = list[str]


def header(chosen: Sequence[Exercise]) -> Row:
    """The names of the columns."""
    exercises = [exercise.name for exercise in chosen]
    return ["student", "points", "bonus", "by_hand", *exercises, "status", "submission", "seed", "sandbox"]


def row(result: RunResult, by_hand: Sequence[ByHand]) -> Row:
    """One student's line. Points by hand are in the exercise's points and in the sums, and told beside them."""
    assert result.origin is not None
    extra = {name: sum(given.points for given in by_hand if given.exercise == name) for name in _names(result)}
    points = {exercise.name: exercise.points + extra[exercise.name] for exercise in result.exercises}
    main = sum(points[exercise.name] for exercise in result.exercises if not exercise.bonus)
    bonus = sum(points[exercise.name] for exercise in result.exercises if exercise.bonus)
    numbers = [main, bonus, sum(extra.values()), *points.values()]
    origin = result.origin
    return [cell(origin.student), *map(_number, numbers), status(result), origin.digest, origin.seed, sandbox(result)]


def ungraded(student: str, why: str, chosen: Sequence[Exercise]) -> Row:
    """The line of a student whose submission could not be graded: no points, which is not 0 points."""
    return [cell(student), *[""] * (3 + len(chosen)), cell(f"not graded: {why}"), "", "", ""]


def status(result: RunResult) -> str:
    """What was made of the submission: graded, or why there was nothing to grade."""
    assert result.origin is not None
    if result.origin.problem:
        return cell(f"cannot be read: {result.origin.problem}")
    if all(exercise.status == "not_started" for exercise in result.exercises):
        return "nothing started"
    return "graded"


def sandbox(result: RunResult) -> str:
    """Whether all walls of the sandbox stood; else which did not. What each is, `result.json` tells."""
    missing = [name for name, state in (result.layers or {}).items() if state != "on"]
    return cell(f"without {', '.join(missing)}") if missing else "on"


def text(chosen: Sequence[Exercise], rows: Iterable[Row]) -> str:
    """The whole file."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header(chosen))
    writer.writerows(rows)
    return file.getvalue()


def _names(result: RunResult) -> list[str]:
    return [exercise.name for exercise in result.exercises]


def _number(points: float) -> str:
    return f"{round(points, 3):g}"
