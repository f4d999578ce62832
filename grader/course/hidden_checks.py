"""Hidden checks proved before a class is graded by them: what the references fail, every right answer would."""

from collections.abc import Sequence
from pathlib import Path

from grader import curriculum, references
from grader.checking import run
from grader.checking.processes import Workers
from grader.curriculum import Exercise
from grader.errors import UsageError
from grader.submission import Submission, laid_out


def prove(folder: Path, chosen: Sequence[Exercise]) -> None:
    """Put the checks in a folder to the references.

    Args:
        folder: of hidden checks.
        chosen: the exercises that the class is graded on.

    Raises:
        UsageError: they cannot run, or a reference does not pass one.
    """
    asked = [exercise for exercise in chosen if (folder / exercise.checks.name).exists()]
    texts = {exercise.file: references.solution(exercise.name) for exercise in curriculum.lessons()}
    answers = {file: text.encode() for file, text in texts.items() if text is not None}
    with laid_out(answers) as place, Workers(asked, hidden=folder) as workers:
        result = run.last(run.grade(Submission(place, "the references"), asked, workers, shrink=False))
    for exercise in result.exercises:
        for check in exercise.checks:
            if check.check.hidden and check.finding.status != "passed":
                why = check.finding.difference or check.finding.status
                raise UsageError(f"the hidden check {check.check.name} fails the reference of {exercise.name}: {why}")
