"""`grade list`, `hint`, `reset`, `compare`: what they say, what they keep, what they never import."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import by_number, grade, grade_process
from filelock import FileLock
from terminals import GRADE, Terminal, in_a_session

import grader
from grader import commands
from grader.base import paths
from grader.kata import curriculum, stubs
from grader.learner.comparing import cost_worker
from grader.learner.comparing.workloads import WORKLOADS

FIVE = by_number(5)


def test_version_and_help_fit_a_screen() -> None:
    assert grade("--version").stdout == f"grade, version {grader.__version__}\n"
    text = grade("--help").stdout
    assert len(text.splitlines()) <= 40
    for command in commands.names():
        assert f"  {command} " in text
        assert grade(command, "--help").returncode == 0


def test_list_shows_every_exercise_and_where_to_go_on(copied: Path) -> None:
    text = grade("list", checkout_copy=copied).stdout
    for exercise in curriculum.exercises():
        assert exercise.short in text
        assert exercise.title in text
    assert "Continue with ex01" in text
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
    assert "note: .grade/state.json was damaged: it was renamed to state.damaged-1.json" in text
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
    assert "is already the stub; nothing was replaced" in grade("reset", "5", checkout_copy=copied).stdout
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


@pytest.mark.prove
def test_compare_shows_how_the_code_differs_once_it_passes(copied: Path) -> None:
    path = copied / "exercises" / by_number(1).file
    solution = by_number(1).solution.read_text()
    path.write_text(solution.replace("return group**levels", "return pow(group, levels)"))
    text = grade("compare", "1", checkout_copy=copied).stdout
    assert "-    return pow(group, levels)" in text
    assert "+    return group ** levels" in text
    path.write_text("# a comment alone\n" + solution)
    assert "The code is the same." in grade("compare", "1", checkout_copy=copied).stdout


@pytest.mark.parametrize(
    "arguments", [["list"], ["hint", "5"], ["reset", "5"], ["--help"], ["compare", "5", "--spoil"]]
)
def test_light_commands_do_not_import_torch(copied: Path, arguments: list[str]) -> None:
    done = grade_process(*arguments, checkout_copy=copied, env={"PYTHONPROFILEIMPORTTIME": "1"})
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert done.returncode == 0
    assert "click" in imported
    assert not imported & {"torch", "numpy", "pytest", "hypothesis"}


def test_exercise_1_is_graded_without_torch(solved: Path, tmp_path: Path) -> None:
    for package in ("torch", "numpy"):
        (tmp_path / f"{package}.py").write_text("raise ImportError('it must not be needed')\n")
    done = grade_process("1", "--answers", solved, env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 0, done.stdout + done.stderr
    without = grade_process("5", "--answers", solved, env={"PYTHONPATH": str(tmp_path)})
    assert without.returncode == 2
    assert without.stderr.startswith("grade: the checks cannot run here: ")
    assert f"Python may import {tmp_path / 'numpy.py'}, {tmp_path / 'torch.py'} instead of a library" in without.stderr


def test_all_names_of_an_exercise_lead_to_it() -> None:
    for typed in ("5", "05", "ex05", "EX05", "flatten", "ex05_flatten_consecutive", "ex05_flatten_consecutive.py"):
        assert curriculum.find([typed]) == (FIVE,)
    assert curriculum.find(["7", "5", "flatten"]) == (FIVE, by_number(7))
    assert curriculum.find([]) == curriculum.exercises()


def test_ctrl_c_ends_with_130_and_leaves_no_process_behind(solved: Path) -> None:
    five = solved / FIVE.file
    five.write_text(five.read_text().replace("super().__init__()", "while True: pass"))
    marker = f"{solved}"
    process = in_a_session("5", "--answers", solved, "--json", solved / "result.json")
    time.sleep(5)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert "Traceback" not in out + err
    assert not (solved / "result.json").exists()
    assert workers_of(process.pid) == [], marker


def workers_of(parent: int) -> list[str]:
    """Worker processes that a command started and that still run."""
    found = subprocess.run(["ps", "-ewwo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    return [line for line in found.splitlines() if "grader.engine.warm_worker" in line and f" {parent} " in line]


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


def test_commands_show_an_example_each() -> None:
    for command in ("5", *commands.names()):
        text = grade(command, "--help").stdout
        assert f"grade {command}" in text.partition("Example")[2]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["li"], {"list"}),
        (["flatten"], {"flatten_consecutive"}),
        (["hint", "ex05"], {"ex05_flatten_consecutive"}),
        (["5", "nothing"], set()),
        (["5", "flat"], {"flat_mlp", "flatten_consecutive"}),
        (["--ans"], {"--answers"}),
        (["reset", "batch"], {"batch_norm"}),
    ],
)
def test_a_shell_completes_commands_options_and_exercises(words: list[str], expected: set[str]) -> None:
    completing = {"_GRADE_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(["grade", *words])}
    done = grade(env=completing | {"COMP_CWORD": str(len(words))})
    assert {line.partition(",")[2] for line in done.stdout.split()} == expected


def test_bash_completes_with_the_script_that_is_printed(copied: Path) -> None:
    script = """
source <(grade completion bash)
COMP_WORDS=(grade hint flatt) COMP_CWORD=2
_grade_completion grade
echo "${COMPREPLY[@]}"
"""
    path = {"PYTHONPATH": str(copied), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "--norc", "-c", script], capture_output=True, text=True, env=os.environ | path, cwd=copied, check=False
    )
    assert done.stdout.strip() == "flatten_consecutive", done.stderr
    for shell in ("zsh", "fish"):
        assert "_GRADE_COMPLETE" in grade("completion", shell).stdout
    unknown = grade("completion", "tcsh")
    assert (unknown.returncode, unknown.stderr.count("\n")) == (2, 1)


def test_all_hints_come_at_once_and_count_as_taken(copied: Path) -> None:
    text = " ".join(grade("hint", "5", "--all", checkout_copy=copied).stdout.split())
    assert all(" ".join(hint.split()) in text for hint in FIVE.hints)
    assert f"hint {len(FIVE.hints)} of" in grade("hint", "5", checkout_copy=copied).stdout


@pytest.mark.prove
def test_two_commands_at_once_lose_nothing_of_each_other(copied: Path) -> None:
    command = [sys.executable, "-P", "-m", "grader", "hint"]
    options = {"cwd": copied, "env": os.environ | {"PYTHONPATH": str(copied)}, "stdout": subprocess.DEVNULL}
    taking = [subprocess.Popen([*command, str(number)], **options) for number in (1, 2, 3, 1, 2, 3)]
    assert [process.wait(60) for process in taking] == [0] * 6
    state = json.loads((copied / ".grade" / "state.json").read_text())
    assert state["hints"] == {by_number(number).name: 2 for number in (1, 2, 3)}


def test_a_lock_that_nobody_gives_back_holds_nobody_up(copied: Path) -> None:
    (copied / ".grade").mkdir()
    with FileLock(copied / ".grade" / "state.lock"):
        done = grade("hint", "1", checkout_copy=copied)
    assert done.returncode == 0
    assert "hint 1 of" in done.stdout
    assert "note: another grade is using .grade/state.json: these results are not saved" in done.stdout


def test_where_nothing_can_be_remembered_it_says_so_and_works(copied: Path) -> None:
    (copied / ".grade").write_text("in the way")
    done = grade("hint", "1", checkout_copy=copied)
    assert done.returncode == 0
    assert "hint 1 of" in done.stdout
    assert "note: .grade cannot be written: your hints and results are not saved" in done.stdout
    assert "not graded yet" in grade("list", checkout_copy=copied).stdout


def test_what_another_version_remembers_is_kept(copied: Path) -> None:
    grade("hint", "1", checkout_copy=copied)
    path = copied / ".grade" / "state.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"of_a_later_version": [1, 2]}))
    grade("hint", "1", checkout_copy=copied)
    state = json.loads(path.read_text())
    assert state["of_a_later_version"] == [1, 2]
    assert state["hints"] == {by_number(1).name: 2}


def test_a_first_pass_says_what_it_was_good_for_and_where_to_go_on(copied: Path) -> None:
    shutil.copy(by_number(1).solution, copied / "exercises")
    done = grade("1", checkout_copy=copied)
    text = " ".join(done.stdout.split())
    assert all(objective[1:] in text for objective in by_number(1).objectives)
    assert f"A question: {by_number(1).question}" in text
    assert "grade compare ex01" in text
    assert "Continue with ex02" in text
    again = grade("1", checkout_copy=copied).stdout
    assert "for the first time" not in again
    assert "Continue with ex02" in again
    elsewhere = grade("1", "--answers", copied / "solutions", checkout_copy=copied).stdout
    assert "Continue with" not in elsewhere, "these are not the learner's answers"


@pytest.mark.prove
def test_compare_measures_both_in_another_process(copied: Path) -> None:
    path = copied / "exercises" / by_number(1).file
    where = copied / "processes"
    note = f"import os\nprint(os.getpid(), os.getppid(), file=open({str(where)!r}, 'a'))\n"
    path.write_text(by_number(1).solution.read_text() + note)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "grader", "compare", "1"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=copied,
        env=os.environ | {"PYTHONPATH": str(copied), "COLUMNS": "100"},
    )
    text = process.communicate(timeout=120)[0]
    assert process.returncode == 0
    assert re.search(r"^time +[\d.]+ [mµ]?s +[\d.]+ [mµ]?s$", text, re.MULTILINE), text
    assert re.search(r"^memory +\d+ KiB +\d+ KiB$", text, re.MULTILINE)
    *_, (measured, its_parent) = (map(int, line.split()) for line in where.read_text().splitlines())
    assert (measured != process.pid, its_parent) == (True, process.pid)


def test_compare_overlooks_names_that_only_the_author_sees(copied: Path) -> None:
    path = copied / "exercises" / FIVE.file
    path.write_text(FIVE.solution.read_text().replace("joined", "mine").replace("channels", "c"))
    assert "The code is the same." in grade("compare", "5", "--spoil", checkout_copy=copied).stdout
    path.write_text(FIVE.solution.read_text().replace("squeeze(1)", "squeeze(-2)").replace("joined", "mine"))
    text = grade("compare", "5", "--spoil", checkout_copy=copied).stdout
    assert "-        return mine.squeeze(-2)" in text
    assert "+        return joined.squeeze(1)" in text
    assert text.count("\n-") == 1 + 1, "the line, and the head"


def test_compare_stands_side_by_side_on_a_wide_terminal(copied: Path) -> None:
    terminal = Terminal([*GRADE, "compare", "5", "--spoil"], cwd=copied, size=(60, 220))
    try:
        heads = f"exercises/{FIVE.file}", f"solutions/{FIVE.file}"
        screen = terminal.wait_for(*heads, "longest line")
        assert any(all(head in line for head in heads) for line in screen.splitlines())
    finally:
        terminal.close()


@pytest.mark.prove
def test_every_exercise_has_a_call_that_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost_worker, "ALL_SECONDS", 0.0)  # one round
    for name in (exercise.name for exercise in curriculum.exercises()):
        assert name in WORKLOADS
        assert cost_worker.measured(name, paths.checkout().solutions).keys() == {"seconds", "bytes"}
