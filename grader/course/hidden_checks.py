"""Proves hidden checks before a class is graded: a check that the reference solutions fail would fail every right
answer.
"""

import ast
from collections.abc import Collection, Sequence
from pathlib import Path

from grader.base.errors import UsageError
from grader.engine import run, worker_supply
from grader.kata import curriculum, references
from grader.kata.curriculum import Exercise
from grader.kata.submission import Submission, laid_out


def prove(folder: Path, chosen: Sequence[Exercise]) -> dict[str, float]:
    """Run the hidden checks on the reference solutions.

    Returns:
        of each exercise that they belong to, the points that it has with them.

    Args:
        folder: of hidden checks.
        chosen: the exercises that the class is graded on.

    Raises:
        UsageError: they cannot run, one earns nothing, or a reference does not pass one.
    """
    asked = [exercise for exercise in chosen if (folder / exercise.checks.name).exists()]
    written = [_functions(folder / exercise.checks.name) for exercise in asked]
    texts = {exercise.file: references.solution(exercise.name) for exercise in curriculum.lessons()}
    answers = {file: text.encode() for file, text in texts.items() if text is not None}
    with laid_out(answers) as place, worker_supply.workers(asked, hidden=folder) as workers:
        result = run.last(run.grade(Submission(place, "the references"), asked, workers, shrink=False))
    for exercise, functions in zip(result.exercises, written, strict=True):
        hidden = {check.check.name for check in exercise.checks if check.check.hidden}
        _refuse_worthless(f"test_{exercise.name}.py", functions, hidden)
        for check in exercise.checks:
            if check.check.hidden and check.finding.status != "passed":
                why = check.finding.difference or check.finding.status
                raise UsageError(
                    f"the hidden check {check.check.name} fails for the reference solution of {exercise.name}: {why}"
                )
    return {exercise.name: exercise.max_points for exercise in result.exercises}


def _functions(file: Path) -> list[str]:
    """List the functions that a file of checks defines."""
    try:
        tree = ast.parse(file.read_bytes())
    except OSError as error:
        raise UsageError(f"the hidden checks {file.name} cannot be read: {error.strerror}") from error
    except (SyntaxError, ValueError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise UsageError(f"the hidden checks {file.name}{line} do not parse: {error.args[0]}") from error
    return [statement.name for statement in tree.body if isinstance(statement, ast.FunctionDef)]


def _refuse_worthless(file: str, written: Sequence[str], checks: Collection[str]) -> None:
    """Raise an error for a check that would not count because its mark is missing."""
    rule = "each hidden check is a function test_... with @pytest.mark.worth(points)"
    for name in written:
        if name.startswith("test_") and name not in checks:
            raise UsageError(f"{name} in the hidden {file} would not count: {rule}")
    if not set(written) & set(checks):
        raise UsageError(f"the hidden {file} contains no check: {rule}")
