"""`grade list`, `hint`, `reset`, `compare`: what they say, what they keep, what they never import."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import by_number, grade

import grader
from grader import checkout, curriculum, stubs

FIVE = by_number(5)


def test_version_and_help_fit_a_screen() -> None:
    assert grade("--version").stdout == f"grade, version {grader.__version__}\n"
    text = grade("--help").stdout
    assert len(text.splitlines()) <= 40
    for command in ("list", "hint", "reset", "compare", "cards", "trace", "train", "race", "verify"):
        assert f"  {command} " in text
        assert grade(command, "--help").returncode == 0


def test_list_shows_every_exercise_and_where_to_go_on(copied: Path) -> None:
    text = grade("list", checkout_copy=copied).stdout
    for exercise in curriculum.exercises():
        assert exercise.short in text
        assert exercise.title in text
    assert "Go on with ex01" in text
    grade("1", checkout_copy=copied)
    assert "not started" in grade("list", checkout_copy=copied).stdout
    stub = copied / "exercises" / by_number(1).file
    stub.write_text(stub.read_text() + "# a change\n")
    assert "changed since graded" in grade("list", checkout_copy=copied).stdout


def test_hints_come_one_more_at_each_call_and_the_last_one_stays(copied: Path) -> None:
    count = len(FIVE.hints)
    for number in [*range(1, count + 1), count]:
        text = grade("hint", "flatten", checkout_copy=copied).stdout
        assert f"hint {number} of {count}" in text
        assert " ".join(FIVE.hints[number - 1].split()) in " ".join(text.split())


def test_a_damaged_state_is_put_aside_and_named(copied: Path) -> None:
    (copied / ".grade").mkdir()
    (copied / ".grade" / "state.json").write_text('{"hints": [')
    text = grade("hint", "1", checkout_copy=copied).stdout
    assert "note: .grade/state.json was damaged: it is kept as state.damaged-1.json" in text
    assert (copied / ".grade" / "state.damaged-1.json").read_text() == '{"hints": ['
    assert "hint 2 of" in grade("hint", "1", checkout_copy=copied).stdout


def test_reset_brings_the_stub_back_and_keeps_every_backup(copied: Path) -> None:
    path = copied / "exercises" / FIVE.file
    for number in (1, 2):
        path.write_text(f"mine = {number}\n")
        text = grade("reset", "5", checkout_copy=copied).stdout
        assert f"{FIVE.file}.{number}.bak" in text
        assert path.with_name(f"{FIVE.file}.{number}.bak").read_text() == f"mine = {number}\n"
        assert path.read_text() == stubs.stub(FIVE)
    assert "nothing of yours was replaced" in grade("reset", "5", checkout_copy=copied).stdout
    path.unlink()
    assert grade("reset", "5", checkout_copy=copied).returncode == 0
    assert path.read_text() == stubs.stub(FIVE)


def test_compare_waits_for_a_pass_or_the_word_spoil(copied: Path) -> None:
    refused = grade("compare", "1", checkout_copy=copied)
    assert refused.returncode == 2
    assert refused.stderr == "grade: ex01 does not pass yet (grade ex01); --spoil shows the solution anyway\n"
    spoiled = grade("compare", "1", "--spoil", checkout_copy=copied)
    assert spoiled.returncode == 0
    assert "-    raise NotImplementedError('not written yet')" in spoiled.stdout
    assert "+    return group ** levels" in spoiled.stdout


def test_compare_shows_how_the_code_differs_once_it_passes(copied: Path) -> None:
    path = copied / "exercises" / by_number(1).file
    solution = by_number(1).solution.read_text()
    path.write_text(solution.replace("return group**levels", "return pow(group, levels)"))
    text = grade("compare", "1", checkout_copy=copied).stdout
    assert "-    return pow(group, levels)" in text
    assert "+    return group ** levels" in text
    path.write_text("# a comment alone\n" + solution)
    assert "The code of the two is the same." in grade("compare", "1", checkout_copy=copied).stdout


@pytest.mark.parametrize(
    "arguments", [["list"], ["hint", "5"], ["reset", "5"], ["--help"], ["compare", "5", "--spoil"]]
)
def test_light_commands_do_not_import_torch(copied: Path, arguments: list[str]) -> None:
    done = grade(*arguments, checkout_copy=copied, env={"PYTHONPROFILEIMPORTTIME": "1"})
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert done.returncode == 0
    assert "click" in imported
    assert not imported & {"torch", "numpy", "pytest", "hypothesis"}


def test_exercise_1_is_graded_without_torch(solved: Path, tmp_path: Path) -> None:
    for package in ("torch", "numpy"):
        (tmp_path / f"{package}.py").write_text("raise ImportError('it must not be needed')\n")
    done = grade("1", "--answers", solved, env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 0, done.stdout + done.stderr
    without = grade("5", "--answers", solved, env={"PYTHONPATH": str(tmp_path)})
    assert without.returncode == 2
    assert without.stderr == (
        "grade: the checks cannot run here: ImportError: it must not be needed; make grade mends the environment\n"
    )


def test_all_names_of_an_exercise_lead_to_it() -> None:
    for typed in ("5", "05", "ex05", "EX05", "flatten", "ex05_flatten_consecutive", "ex05_flatten_consecutive.py"):
        assert curriculum.find([typed]) == (FIVE,)
    assert curriculum.find(["7", "5", "flatten"]) == (FIVE, by_number(7))
    assert curriculum.find([]) == curriculum.exercises()


def test_ctrl_c_ends_with_130_and_leaves_no_process_behind(solved: Path) -> None:
    five = solved / FIVE.file
    five.write_text(five.read_text().replace("super().__init__()", "while True: pass"))
    marker = f"{solved}"
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", "5", "--answers", solved, "--json", solved / "result.json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=checkout.ROOT,
        start_new_session=True,
    )
    time.sleep(5)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert b"Traceback" not in out + err
    assert not (solved / "result.json").exists()
    assert workers_of(process.pid) == [], marker


def workers_of(parent: int) -> list[str]:
    """Worker processes that a command started and that still run."""
    found = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    return [line for line in found.splitlines() if "grader.checking.worker" in line and f" {parent} " in line]


def test_json_holds_the_whole_result_and_nothing_else_is_printed(solved: Path) -> None:
    done = grade("5", "--answers", solved, "--json", "-", "--seed", "3")
    result = json.loads(done.stdout)
    assert done.stderr == ""
    assert (result["schema"], result["seed"], result["points"], result["max_points"]) == (1, 3, 15.0, 15.0)
    assert result["answers"] == str(solved)
    assert result["sandbox"] is None


def test_the_same_seed_gives_the_same_result(solved: Path) -> None:
    five = solved / FIVE.file
    five.write_text(five.read_text().replace("joined.squeeze(1)", "joined.squeeze()"))

    def result(seed: int) -> list[dict[str, object]]:
        exercises = json.loads(grade("5", "--answers", solved, "--json", "-", "--seed", seed).stdout)["exercises"]
        return [{k: v for k, v in check.items() if k != "seconds"} for check in exercises[0]["checks"]]

    assert result(1) == result(1)
