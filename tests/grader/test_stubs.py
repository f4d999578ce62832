"""Stubs: made from the solutions, importable, not started, and without a line of the answer."""

import importlib
import sys

import pytest

from grader.answers.answer_modules import AnswerModules
from grader.base import paths
from grader.base.errors import UsageError
from grader.kata import curriculum, stubs
from grader.kata.curriculum import Exercise

EXERCISES = curriculum.exercises()


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.short)
def test_the_stub_in_exercises_is_what_the_solution_gives(exercise: Exercise) -> None:
    assert exercise.stub.read_text(encoding="utf-8") == stubs.stub(exercise)


@pytest.fixture
def plain_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Import from the checkout, even if a test in this process has imported answers of another folder."""
    monkeypatch.setattr(sys, "meta_path", [it for it in sys.meta_path if not isinstance(it, AnswerModules)])
    for name in [name for name in sys.modules if name.partition(".")[0] == "exercises"]:
        monkeypatch.delitem(sys.modules, name)


@pytest.mark.usefixtures("plain_imports")
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.short)
def test_a_stub_imports_and_documents_itself(exercise: Exercise) -> None:
    module = importlib.import_module(f"exercises.{exercise.name}")
    assert module.__doc__
    public = [thing for name, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__]
    assert public
    assert all(thing.__doc__ for thing in public)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.short)
def test_a_stub_holds_no_line_of_the_solution(exercise: Exercise) -> None:
    secret = {line for line in stubs.region_lines(exercise.solution.read_text(encoding="utf-8")) if len(line) > 25}
    assert secret
    assert not secret & {line.strip() for line in stubs.stub(exercise).splitlines()}


def test_solutions_import_as_a_package() -> None:
    for exercise in EXERCISES:
        assert importlib.util.find_spec(f"solutions.{exercise.name}") is not None
        importlib.import_module(f"solutions.{exercise.name}")


@pytest.mark.parametrize("text", ["# BEGIN SOLUTION\n", "# END SOLUTION\n", "# BEGIN SOLUTION\n# BEGIN SOLUTION\n"])
def test_markers_that_do_not_pair_up_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="without its counterpart"):
        stubs.without_solution(text, "a solution")


def test_the_learners_folder_holds_one_stub_and_one_lesson_for_each_exercise() -> None:
    assert sorted(path.stem for path in paths.checkout().exercises.glob("ex*.py")) == [e.name for e in EXERCISES]
    assert sorted(path.stem for path in paths.checkout().exercises.glob("ex*.md")) == [e.name for e in EXERCISES]
