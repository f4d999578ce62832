"""A result as Gradescope's `results.json` (its autograder specification, "Output format").

Each check is a test, in the order of the exercises, with its points. All are visible, because a hidden test would hide
the total from the student. Bonus points are not part of the score; they are shown on the leaderboard.
"""

from typing import Any

from grader.base.plain_text import line
from grader.base.results import CheckResult, ExerciseResult, RunResult
from grader.reports.platforms import check_text


def results(run: RunResult) -> dict[str, Any]:
    """Return the whole file as data."""
    tests = [
        _test(exercise, check, f"{int(exercise.name[2:4])}.{number}")
        for exercise in run.exercises
        for number, check in enumerate(exercise.checks, start=1)
    ]
    written = {
        "score": round(run.points, 3),
        "execution_time": round(run.seconds, 3),
        "output": _output(run),
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }
    if run.max_bonus:
        written["leaderboard"] = [{"name": "Bonus", "value": round(run.bonus, 3), "order": "desc"}]
    return written


def failed(said: str) -> dict[str, Any]:
    """Return the file for a failed grading: the reason, and that the 0 is not a grade.

    Args:
        said: what the grader said; its last line that begins with `grade: ` or tells of a submission is the reason.
    """
    lines = [each for each in map(line, said.splitlines()) if each]
    reasons = [each.removeprefix("grade: ") for each in lines if each.startswith(("grade: ", "note: not graded"))]
    reason = reasons[-1] if reasons else lines[-1] if lines else "the grader said nothing"
    told = (
        f"Your submission could not be graded: {reason}. The 0 is not a grade: tell your instructor, and hand in again."
    )
    return {
        "score": 0,
        "execution_time": 0,
        "output": told,
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [],
    }


def _test(exercise: ExerciseResult, check: CheckResult, number: str) -> dict[str, Any]:
    test = {
        "name": f"{exercise.name[:4]}{' (bonus)' if exercise.bonus else ''}: {check_text.name(check)}",
        "number": number,
        "score": round(check.points, 3),
        "max_score": round(check.check.points, 3),
        "status": "passed" if check.finding.status == "passed" else "failed",
        "visibility": "visible",
    }
    text = check_text.text(check)
    return test | ({"output": text, "output_format": "text"} if text else {})


def _output(run: RunResult) -> str:
    lines = [f"{run.points:g} of {run.max_points:g} points"]
    if run.max_bonus:
        lines.append(f"and {run.bonus:g} of {run.max_bonus:g} bonus points, which are not part of the score")
    if run.origin and run.origin.problem:
        lines.append(f"What was handed in could not be read: {run.origin.problem}")
    lines += [f"{exercise.name[:4]}: {exercise.problem}" for exercise in run.exercises if exercise.problem]
    if run.origin and run.origin.notes:
        lines += ["", "What was taken of what you handed in:", *run.origin.notes]
    if run.origin and run.origin.ignored:
        lines += ["", "Handed in but ignored:", *run.origin.ignored]
    return "\n".join(lines)
