"""Texts on the mistakes of a class: from the bank, and an instructor's comments for all who made one."""

import functools
from dataclasses import replace
from pathlib import Path

from grader.base import csv_table
from grader.base.errors import UsageError
from grader.base.plain_text import line
from grader.base.results import Cause, RunResult
from grader.kata import curriculum, mistakes

COLUMNS = ("mistake", "comment")


def read(path: Path) -> dict[str, str]:
    """Read a CSV file of comments, by the name of the mistake.

    Raises:
        UsageError: it cannot be read, or a line names no known mistake or says nothing.
    """
    found = {}
    for where, row in csv_table.table(path, COLUMNS):
        name, comment = (row[column] for column in COLUMNS)
        if not any(name in causes(exercise.name) for exercise in curriculum.lessons()):
            raise UsageError(f"{where}: there is no known mistake {name!r}; the summary names them")
        if not comment:
            raise UsageError(f"{where}: the comment is missing")
        found[name] = line(comment)
    return found


@functools.cache
def causes(exercise: str) -> dict[str, Cause]:
    """Return the known mistakes of an exercise as the learner reads them, by name; none if there is no
    such exercise.
    """
    lesson = next((lesson for lesson in curriculum.lessons() if lesson.name == exercise), None)
    return {mistake.name: mistake.cause for mistake in mistakes.of(lesson)} if lesson else {}


def in_full(result: RunResult) -> RunResult:
    """Restore the full texts of a result's causes, because a result file stores only the name and one text."""
    exercises = tuple(
        replace(
            exercise,
            checks=tuple(
                replace(check, cause=causes(exercise.name).get(check.cause.name, check.cause)) if check.cause else check
                for check in exercise.checks
            ),
        )
        for exercise in result.exercises
    )
    return replace(result, exercises=exercises)
