"""What a learner does every day: asks for a hint, prints, runs a file, compares, is led on."""

import math
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import by_number, grade, grade_process, spoil
from rich.console import Console

from grader.engine import attempts, run
from grader.engine.worker_processes import CAN_FORK, Workers
from grader.kata import curriculum
from grader.kata.submission import read_folder
from grader.learner import onward
from grader.learner.comparing import compare
from grader.learner.state import State
from grader.learner.training.yardstick import guessing_losses

FIVE, SEVEN = by_number(5), by_number(7)


def test_a_hint_without_an_exercise_is_for_the_current_one_and_says_how_to_run_ones_own_code(copied: Path) -> None:
    hint = grade("hint", checkout_copy=copied)
    assert "ex01, hint 1 of" in hint.stdout
    assert "-i exercises/ex01_receptive_field.py" in hint.stdout


@pytest.mark.parametrize("folder", ["", "exercises"])
def test_the_command_that_a_hint_ends_with_runs_ones_own_code(copied: Path, folder: str) -> None:
    shutil.copy(by_number(1).solution, copied / "exercises")
    hint = grade("hint", "1", checkout_copy=copied, cwd=copied / folder)
    command = hint.stdout.partition("To try your own code: ")[2].strip()
    done = subprocess.run(
        ["bash", "-c", command],
        input="print(levels_needed(1000))\n",
        cwd=copied / folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "10\n"), done.stderr


@pytest.mark.prove
def test_a_file_that_builds_on_others_runs_as_a_script_and_as_a_module(copied: Path) -> None:
    for number in (5, 6, 7):
        text = by_number(number).solution.read_text()
        stub = (copied / "exercises" / by_number(number).file).read_text()
        imports = [line for line in stub.splitlines() if line.startswith("from exercises.")]
        relative = [line for line in text.splitlines() if line.startswith("from .ex")]
        assert len(imports) == len(relative)
        for old, new in zip(relative, imports, strict=True):
            text = text.replace(old, new)
        (copied / "exercises" / by_number(number).file).write_text(text)
    call = "\nif __name__ == '__main__':\n    print(tuple(Fusion(10, 16)(torch.randn(4, 8, 10)).shape))\n"
    file = copied / "exercises" / SEVEN.file
    file.write_text(file.read_text() + call)
    for command, folder in (
        ([str(file)], copied),
        ([SEVEN.file], copied / "exercises"),
        (["-m", f"exercises.{SEVEN.name}"], copied),
    ):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=folder,
            env={"PYTHONPATH": str(copied)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout == "(4, 4, 16)\n", done.stderr


def test_what_an_answer_prints_is_shown_when_asked_for_although_the_check_passes(solved: Path) -> None:
    spoil(solved, 5, "joined = x.reshape", "print('the shape is', tuple(x.shape)); joined = x.reshape")
    assert "the shape is (" in grade("5", "--answers", solved, "--verbose").stdout
    assert "the shape is" not in grade("5", "--answers", solved).stdout


@pytest.mark.prove
@pytest.mark.skipif(not CAN_FORK, reason="the sandbox needs Linux")
def test_what_an_answer_prints_is_shown_from_the_sandbox_too(solved: Path) -> None:
    spoil(solved, 5, "joined = x.reshape", "print('the shape is', tuple(x.shape)); joined = x.reshape")
    # A process of its own: workers for many submissions compare outcomes only.
    done = grade_process("5", "--answers", solved, "--verbose", "--sandbox", "--accept-weak-sandbox")
    assert "the shape is (" in done.stdout


def test_usage_of_grading_is_what_one_types() -> None:
    assert grade("5", "--help").stdout.startswith("Usage: grade [OPTIONS] [EXERCISE]...")


@pytest.mark.parametrize("passed", [10, 14])
def test_with_all_points_training_and_the_report_are_offered(monkeypatch: pytest.MonkeyPatch, passed: int) -> None:
    monkeypatch.setattr(State, "has_passed", lambda self, exercise: exercise.number <= passed)
    console = Console(width=100)
    with console.capture() as shown:
        onward.go_on(console, State().unfinished())
    assert "grade train; then grade report" in shown.get()
    assert ("Continue with ex11" in shown.get()) == (passed == 10)


def test_before_all_points_are_there_nothing_of_training_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(State, "has_passed", lambda self, exercise: exercise.number not in (3, 12))
    console = Console(width=100)
    with console.capture() as shown:
        onward.go_on(console, by_number(12))
    assert "grade train" not in shown.get()


def test_an_assignment_without_exercise_3_offers_no_training(monkeypatch: pytest.MonkeyPatch) -> None:
    assigned = tuple(exercise for exercise in curriculum.exercises() if exercise.number != 3)
    monkeypatch.setattr(curriculum, "exercises", lambda: assigned)
    monkeypatch.setattr(State, "has_passed", lambda self, exercise: exercise.number <= 10)
    console = Console(width=100)
    with console.capture() as shown:
        onward.go_on(console, None)
        onward.go_on(console, by_number(11))
    assert "All exercises pass.\nYou have all points.\nContinue with ex11" in shown.get()
    assert "grade train" not in shown.get()


@pytest.mark.prove
def test_no_more_checks_are_done_than_there_are(solved: Path) -> None:
    (solved / by_number(1).file).write_text("def f(:\n")
    chosen = [exercise for exercise in curriculum.exercises() if exercise.number in (1, 5, 7)]
    (solved / FIVE.file).write_text("1 / 0\n")
    with Workers(chosen) as workers:
        *events, _ = run.grade(read_folder(solved), [chosen[2]], workers, shrink=False)
    counted = [(event.done, event.total) for event in events if isinstance(event, attempts.Progress)]
    assert counted
    assert all(done < total for done, total in counted)


def test_a_comparison_leaves_annotations_and_docstrings_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = FIVE.solution.read_text()
    bare = text.replace("group: int) -> None", "group)").replace("x: Tensor) -> Tensor", "x)")
    assert bare != text
    (tmp_path / FIVE.file).write_text(bare)
    monkeypatch.setattr(type(FIVE), "stub", property(lambda self: tmp_path / self.file))
    assert compare.compare(FIVE).diff == ()


def test_a_yardstick_of_words_is_their_entropy() -> None:
    alone, by_pairs = guessing_losses(["ab", "ba"])
    assert alone == pytest.approx(math.log(3))
    assert by_pairs == pytest.approx(math.log(2))


def test_an_empty_leaderboard_says_why(copied: Path) -> None:
    board = grade("challenge", "--board", checkout_copy=copied).stdout
    assert "There is one board for each --seconds and --data." in board
