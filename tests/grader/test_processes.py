"""Each command once as a person types it, in a process of its own: it does there what it does when tests call it."""

import re
import shutil
from pathlib import Path

import pytest
from classes import small_class
from conftest import Run, committed, copy_of_the_checkout, grade, grade_process

from grader import commands

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
    "class": "handed-in --out results --only 1",
    "gradescope": "result.json --out gradescope.json",
    "github": "result.json",
    "verify": "ex99",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A committed checkout with a class, a result and a list of words beside it."""
    folder = committed(copy_of_the_checkout(tmp_path_factory.mktemp("kata"), "tests/grader", "tests/pictures"))
    (folder / ".git" / "info" / "exclude").write_text("handed-in\nresult.json\nwords.txt\n")
    (folder / "handed-in").mkdir()
    small_class(folder / "handed-in", 3)
    (folder / "words.txt").write_text("ada\nbob\n")
    assert grade("1", "--answers", "solutions", "--json", "result.json", checkout_copy=folder).returncode == 0
    return folder


@pytest.mark.parametrize("command", TYPED)
def test_a_command_does_in_its_own_process_what_it_does_here(place: Path, tmp_path: Path, command: str) -> None:
    arguments = [*([command] if command != "exercises" else []), *TYPED[command].split()]
    here, there = (shutil.copytree(place, tmp_path / name, symlinks=True) for name in ("here", "away"))
    called = told(grade(*arguments, checkout_copy=here, input="q\n"), here)
    assert called == told(grade_process(*arguments, checkout_copy=there, input="q\n"), there)
    assert "Traceback" not in called[2]


def told(done: Run, folder: Path) -> tuple[int, str, str]:
    """What came of a command, without the numbers that differ from run to run."""
    out, errors = (
        re.sub(r"\d+(\.\d+)?", "#", text.replace(folder.name, "kata")) for text in (done.stdout, done.stderr)
    )
    return done.returncode, out, errors


def test_no_command_is_left_out() -> None:
    assert set(TYPED) | {"watch"} == {"exercises", *commands.names()}
