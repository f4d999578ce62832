"""Each command once as a person types it, in a process of its own: it does there what it does when tests call it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from classes import small_class
from conftest import Run, committed, copy_of_the_checkout, grade, grade_process, spoil

from grader import commands
from grader.base import paths

# What is typed after each command. `watch` is driven in terminals (`test_watch`).
TYPED = {
    "exercises": "1 5 --answers solutions",
    "list": "",
    "hint": "5",
    "compare": "5",
    "reset": "5",
    "cards": "",
    "trace": "--seed 3",
    "train": "--with-solutions --steps 20",
    "race": "--data words.txt",
    "challenge": "--board",
    "report": "--model nowhere.pt",
    "completion": "bash",
    "handout": "handed-out",
    "notebook": "build kata.ipynb",
    "class": "handed-in --out results --only 1 --jobs 1",
    "gradescope": "result.json --out gradescope.json",
    "shapes": "5",
    "demo": "",
    "predict": "1",
    "explore": "--model nowhere.pt",
    "update": "",
    "collect": "handed-in",
    "github": "result.json",
    "verify": "ex99",
    "mistakes": "draft 5 --answers solutions",
}


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two committed checkouts, each with a class, a result and a list of words beside it."""
    without = "tests/grader", "tests/pictures", "tests/right"
    one = committed(copy_of_the_checkout(tmp_path_factory.mktemp("kata"), *without))
    (one / ".git" / "info" / "exclude").write_text("handed-*\nresult*\n*.txt\n*.ipynb\ngradescope.json\n")
    (one / "handed-in").mkdir()
    small_class(one / "handed-in", 1)
    (one / "words.txt").write_text("ada\nbob\n")
    assert grade("1", "--answers", "solutions", "--json", "result.json", checkout_copy=one).returncode == 0
    return one, shutil.copytree(one, tmp_path_factory.mktemp("kata") / "kata", symlinks=True)


@pytest.mark.parametrize("command", TYPED)
def test_a_command_does_in_its_own_process_what_it_does_here(places: tuple[Path, Path], command: str) -> None:
    arguments = [*([command] if command != "exercises" else []), *TYPED[command].split()]
    here, there = places
    called = told(grade(*arguments, checkout_copy=here, input="q\n"))
    assert called == told(grade_process(*arguments, checkout_copy=there, input="q\n"))
    assert "Traceback" not in called[2]


def told(done: Run) -> tuple[int, str, str]:
    """What came of a command, without the numbers that differ from run to run."""
    out, error = (re.sub(r"\d+(\.\d+)?", "#", text) for text in (done.stdout, done.stderr))
    return done.returncode, out, error


def test_no_command_is_left_out() -> None:
    assert set(TYPED) | {"watch"} == {"exercises", *commands.names()}


def test_plain_pytest_runs_the_checks_and_stops_in_the_learners_line(solved: Path) -> None:
    def checked(*arguments: str, typed: str = "") -> Run:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--answers={solved}", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, cwd=paths.checkout().root, input=typed, check=False, timeout=120
        )

    assert re.search(r"^\d+ passed, \d+ deselected in ", checked("-k", "ex05").stdout, re.MULTILINE)
    spoil(solved, 5, "joined = x.reshape", "joined = 1 / 0 * x.reshape")
    stopped = checked("-k", "ex05", "--pdb", typed="q\n").stdout
    assert "ZeroDivisionError: division by zero" in stopped
    assert re.search(r"^> .*ex05_flatten_consecutive\.py\(\d+\)forward\(\)\n-> joined = 1 / 0", stopped, re.MULTILINE)


@pytest.mark.parametrize("module", [False, True], ids=["as a file", "as a module"])
def test_a_file_that_is_run_says_how_to_call_what_it_defines(module: bool) -> None:
    folder = paths.checkout().exercises
    started = ["-m", "exercises.ex01_receptive_field"] if module else ["ex01_receptive_field.py"]
    done = subprocess.run([sys.executable, *started], cwd=folder, capture_output=True, text=True, check=True)
    command = re.fullmatch(r"To call your own code: python (-im \S+); to check it: grade 1\n", done.stdout)
    assert command
    call = "print(receptive_field.__name__)"
    shell = [sys.executable, *command[1].split()]
    typed = subprocess.run(shell, cwd=folder, input=call, capture_output=True, text=True, check=True)
    assert "receptive_field\n" in typed.stdout
