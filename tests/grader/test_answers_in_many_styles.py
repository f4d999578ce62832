"""The checks themselves: right answers in every style pass, known wrong ones do not, and solutions pass at any seed."""

import importlib.util
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from grader import checkout, curriculum
from grader.curriculum import Exercise
from grader.result import ExerciseResult

Grade = Callable[..., ExerciseResult]
EXERCISES = curriculum.exercises()
RIGHT = checkout.ROOT / "tests" / "right"
WRONG = Path(__file__).parent / "wrong_answers"


@pytest.fixture(autouse=True)
def built_on_solutions(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an answer builds on is a solution here: no need to look for a mistake there, each time anew."""
    monkeypatch.setattr(curriculum, "ancestors", lambda exercise: ())


def wrong_answers(exercise: Exercise) -> dict[str, list[tuple[str, str]]]:
    """The known mistakes of an exercise: a name, and the changes that make the solution wrong in this way."""
    spec = importlib.util.spec_from_file_location(exercise.name, WRONG / exercise.file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    wrong: dict[str, list[tuple[str, str]]] = module.WRONG
    return wrong


def told(result: ExerciseResult) -> list[tuple[str, str, str | None]]:
    """Each check that did not pass, and what it says."""
    return [
        (c.check.name, c.finding.status, c.finding.difference) for c in result.checks if c.finding.status != "passed"
    ]


def folder_with(folder: Path, exercise: Exercise, text: str) -> Path:
    """A folder of solutions, but for one answer."""
    shutil.copytree(checkout.SOLUTIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / exercise.file).write_text(text, encoding="utf-8")
    return folder


def both_cores(function: Callable[[Any], Any], work: Iterable[Any]) -> list[Any]:
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(function, work))


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.short)
def test_right_answers_in_other_styles_pass(grade_warm: Grade, tmp_path: Path, exercise: Exercise) -> None:
    styles = sorted((RIGHT / exercise.name).glob("*.py"))
    assert len(styles) >= 4

    def refused(path: Path) -> list[object]:
        folder = folder_with(tmp_path / path.stem, exercise, path.read_text(encoding="utf-8"))
        return [(path.stem, *told(grade_warm(folder, exercise)))]

    found = [outcome for outcomes in both_cores(refused, styles) for outcome in outcomes]
    assert [outcome for outcome in found if len(outcome) > 1] == []


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.short)
def test_known_mistakes_are_refused_and_each_says_why(grade_warm: Grade, tmp_path: Path, exercise: Exercise) -> None:
    solution = exercise.solution.read_text(encoding="utf-8")
    mistakes = wrong_answers(exercise)
    assert len(mistakes) >= 10

    def accepted(name: str) -> str | None:
        text = solution
        for old, new in mistakes[name]:
            assert old in text, f"{name}: {old!r} is not in the solution"
            text = text.replace(old, new)
        result = grade_warm(folder_with(tmp_path / name, exercise, text), exercise)
        right = result.status in ("failed", "error") and result.points < result.max_points
        return None if right and all(difference for _, _, difference in told(result)) else name

    assert [name for name in both_cores(accepted, mistakes) if name] == []


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.short)
def test_the_solution_passes_at_thirty_seeds_in_a_row(grade_warm: Grade, exercise: Exercise) -> None:
    outcomes = both_cores(lambda seed: told(grade_warm(checkout.SOLUTIONS, exercise, seed)), range(30))
    assert outcomes == [[]] * 30
