"""The differences between two gradings of one submission, one per line."""

from grader.base.results import ExerciseResult, RunResult


def changes(before: RunResult | None, now: RunResult) -> list[str]:
    """Compare check by check, and report checks that only one grading has."""
    if before is None:
        return ["it had no result before"]
    old = {exercise.name: exercise for exercise in before.exercises}
    lines = []
    if before.origin and now.origin and before.origin.digest != now.origin.digest:
        lines.append("the submission has changed")
    if before.origin and now.origin and before.origin.terms != now.origin.terms:
        lines.append("checks, seed or limits have changed")
    for exercise in now.exercises:
        lines += _exercise(old.get(exercise.name), exercise)
    points = f"{before.points:g} to {now.points:g} points"
    return [f"from {points}", *lines] if lines else [f"nothing changed: {now.points:g} points"]


def _exercise(before: ExerciseResult | None, now: ExerciseResult) -> list[str]:
    old = {result.check.name: result for result in before.checks} if before else {}
    lines = []
    for result in now.checks:
        was = old.pop(result.check.name, None)
        if was is None:
            lines.append(f"{now.name[:4]} {result.check.name}: new, {result.finding.status}")
        elif (was.finding.status, was.points) != (result.finding.status, result.points):
            moved = f"{was.finding.status} ({was.points:g}) before, {result.finding.status} ({result.points:g}) now"
            lines.append(f"{now.name[:4]} {result.check.name}: {moved}")
    return lines + [f"{now.name[:4]} {name}: no longer checked" for name in old]
