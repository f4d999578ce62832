"""Notes for the instructor on a student's result, stored with the result and printed by every run."""

from collections.abc import Sequence

from grader.base.plain_text import line
from grader.base.results import RunResult
from grader.kata.intake import NOTHING_TAKEN

MOST_PRINTED = 20
COSTLY = ("0 points", NOTHING_TAKEN, "not graded")


def notes_of(result: RunResult) -> tuple[str, ...]:
    """List the notes on one result: which files count, what cost a whole exercise, time limits."""
    assert result.origin is not None
    if result.origin.problem:
        return (f"0 points: {result.origin.problem}",)
    notes = list(result.origin.notes)
    for exercise in result.exercises:
        short = exercise.name[:4]
        if exercise.problem and exercise.points == 0:
            notes.append(f"{short} has 0 points: {line(exercise.problem)}")
        stopped = sum(check.finding.status == "timeout" for check in exercise.checks)
        if stopped:
            notes.append(f"{short}: {stopped} check{'s' * (stopped > 1)} stopped by a time limit")
    return tuple(notes)


def few(notes: Sequence[str], where: str) -> list[str]:
    """The first of many notes, those that cost points before the others, and where the rest stands."""
    notes = sorted(notes, key=lambda note: not any(words in note for words in COSTLY))
    if len(notes) <= MOST_PRINTED:
        return list(notes)
    return [*notes[:MOST_PRINTED], f"and {len(notes) - MOST_PRINTED} more notes: {where}"]
