"""The checks themselves: right answers in every style pass, known wrong ones do not, and solutions pass at any seed."""

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader import checkout, curriculum
from grader.curriculum import Exercise
from grader.result import ExerciseResult

Grade = Callable[..., ExerciseResult]
RIGHT = checkout.ROOT / "tests" / "right"
WRONG = Path(__file__).parent / "wrong_answers"


def right_answers() -> Iterator[object]:
    for exercise in curriculum.exercises():
        for path in sorted((RIGHT / exercise.name).glob("*.py")):
            yield pytest.param(exercise, path, id=f"{exercise.short}-{path.stem}")


def wrong_answers() -> Iterator[object]:
    for exercise in curriculum.exercises():
        path = WRONG / exercise.file
        spec = importlib.util.spec_from_file_location(exercise.name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for name, changes in module.WRONG.items():
            yield pytest.param(exercise, changes, id=f"{exercise.short}-{name}")


def told(result: ExerciseResult) -> list[tuple[str, str, str | None]]:
    return [
        (c.check.name, c.finding.status, c.finding.difference) for c in result.checks if c.finding.status != "passed"
    ]


@pytest.mark.parametrize(("exercise", "path"), right_answers())
def test_a_right_answer_in_another_style_passes(
    grade_warm: Grade, solved: Path, exercise: Exercise, path: Path
) -> None:
    shutil.copy(path, solved / exercise.file)
    for seed in range(3):
        assert told(grade_warm(solved, exercise, seed)) == []


@pytest.mark.parametrize(("exercise", "changes"), wrong_answers())
def test_a_wrong_answer_is_refused(
    grade_warm: Grade, solved: Path, exercise: Exercise, changes: list[tuple[str, str]]
) -> None:
    text = exercise.solution.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"{old!r} is not in the solution"
        text = text.replace(old, new)
    (solved / exercise.file).write_text(text, encoding="utf-8")
    result = grade_warm(solved, exercise)
    assert result.status in ("failed", "error")
    assert result.points < result.max_points
    assert all(difference for _, _, difference in told(result)), "each says what is wrong"


@pytest.mark.parametrize("exercise", curriculum.exercises(), ids=lambda exercise: exercise.short)
def test_the_solution_passes_at_thirty_seeds_in_a_row(grade_warm: Grade, exercise: Exercise) -> None:
    for seed in range(30):
        assert told(grade_warm(checkout.SOLUTIONS, exercise, seed)) == []


def test_there_are_styles_and_mistakes_for_each_exercise() -> None:
    for exercise in curriculum.exercises():
        assert len(list((RIGHT / exercise.name).glob("*.py"))) >= 4, exercise.name
        assert (WRONG / exercise.file).exists()
