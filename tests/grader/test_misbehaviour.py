"""Answers that misbehave cost their own check or exercise, in words that say what happened, and no other result."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from conftest import as_json, by_number, grade, spoil

from grader.base import paths

FORWARD = "        if x.dim() != 3 or x.shape[1] % self.group:"
LIMITS = ("--check-seconds", "0.5", "--exercise-seconds", "3")


def graded(folder: Path, *more: str) -> dict[str, dict[str, object]]:
    return as_json(grade("4", "5", "7", "--answers", folder, "--json", "-", *LIMITS, *more))


def in_forward(folder: Path, code: str) -> None:
    """Let FlattenConsecutive.forward do something else first."""
    spoil(folder, 5, FORWARD, f"        {code}\n{FORWARD}")


def at_import(folder: Path, code: str) -> None:
    """Let the file do something when it is imported."""
    path = folder / by_number(5).file
    path.write_text(f"{path.read_text()}\n{code}\n")


def until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def differences(exercise: dict[str, object]) -> set[str]:
    return {check["difference"] for check in exercise["checks"] if check["status"] != "passed"}


@pytest.mark.sampled("while", "__import__('os')._exit(0)")
@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("while True: pass", "0.5 CPU seconds (the limit per check, --check-seconds)"),
        (
            "__import__('time').sleep(60)",
            "s of waiting (the limit per check is 0.5 CPU seconds, --check-seconds)",
        ),
        ("__import__('os')._exit(0)", "the answer exited Python (os._exit) during this check"),
        ("__import__('os')._exit(3)", "the answer exited Python (exit status 3) during this check"),
        ("__import__('sys').exit()", "SystemExit"),
        ("__import__('ctypes').string_at(0)", "the answer crashed (SIGSEGV"),
        ("__import__('os').kill(__import__('os').getpid(), 9)", "the answer was killed (SIGKILL"),
        ("hoard = [bytearray(3 * 10**9) for _ in range(1000)]", "it asked for more memory than the limit"),
        ("hoard = __import__('torch').ones(10**10)", "it asked for more memory than the limit"),
        ("return self.forward(x)", "the recursion goes too deep (RecursionError)"),
        ("input('a number, please: ')", "it asks for input (EOFError)"),
        ("__import__('os').closerange(0, 256)", "the answer closed the pipe to the grader during this check"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    ],
)
def test_costs_its_own_exercise_alone(solved: Path, code: str, says: str) -> None:
    in_forward(solved, code)
    results = graded(solved)
    assert results["ex05"]["status"] in ("error", "failed")
    assert any(says in line for line in differences(results["ex05"])), differences(results["ex05"])
    assert results["ex05"]["points"] < results["ex05"]["max_points"]
    assert results["ex04"]["status"] == "passed"
    assert results["ex07"]["points"] == 15, "what builds on it is graded with the reference"


@pytest.mark.parametrize(
    "code",
    [
        "print('x' * 10**6)",
        "__import__('os').write(1, b'x' * 10**7)",
        "__import__('sys').stdout.close()",
        "__import__('sys').stderr.close(); __import__('os').closerange(0, 3)",
        "__import__('threading').Thread(target=lambda: __import__('time').sleep(600)).start()",
        "__import__('os').chdir('/')",
        "__import__('warnings').warn('a warning')",
    ],
)
def test_what_does_no_harm_costs_nothing(solved: Path, code: str) -> None:
    in_forward(solved, code)
    results = graded(solved, "--check-seconds", "8", "--exercise-seconds", "30")
    assert [results[name]["status"] for name in ("ex04", "ex05", "ex07")] == ["passed"] * 3, differences(
        results["ex05"]
    )


@pytest.mark.sampled("__import__", "1 / 0")
@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("while True: pass", "importing the file timed out after"),
        ("__import__('os')._exit(0)", "the answer exited Python (os._exit) while the file was imported"),
        ("raise SystemExit", "SystemExit"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_an_import_that_fails_is_told_once_and_what_builds_on_it_still_counts(
    solved: Path, code: str, says: str
) -> None:
    at_import(solved, code)
    results = graded(solved)
    assert results["ex05"]["status"] == "error"
    assert results["ex05"]["points"] == 0
    assert [says in line for line in differences(results["ex05"])] == [True]
    assert results["ex07"]["points"] == 15
    stands_on = {name for check in results["ex07"]["checks"] for name in check["stands_on"]}
    assert stands_on == {"ex05_flatten_consecutive"}


@pytest.mark.prove
def test_a_gigabyte_printed_costs_nothing(solved: Path) -> None:
    at_import(solved, "print('x' * 10**9)\n__import__('os').write(1, b'x' * 10**9)")
    assert graded(solved, "--check-seconds", "10", "--exercise-seconds", "30")["ex05"]["status"] == "passed"


def test_an_exercise_has_a_limit_of_its_own(solved: Path) -> None:
    in_forward(solved, "sum(number * number for number in range(3_000_000))")
    done = grade("5", "--answers", solved, "--json", "-", "--check-seconds", "30", "--exercise-seconds", "2")
    results = as_json(done)["ex05"]
    assert "timeout" in {check["status"] for check in results["checks"]}
    assert any("not run: the exercise has used its 2 CPU seconds" in line for line in differences(results))


@pytest.mark.prove
def test_a_loop_in_one_function_costs_the_others_nothing(solved: Path) -> None:
    endless = "\n\ndef levels_needed(context, group=2):\n    while True:\n        pass\n"
    slow = "\n\nplain = flat_weights\n\n\ndef flat_weights(*sizes):\n    __import__('time').sleep(0.05)\n"
    with (solved / by_number(1).file).open("a") as file:
        file.write(f"{endless}{slow}    return plain(*sizes)\n")
    limits = "--check-seconds", "0.5", "--exercise-seconds", "40"
    checks = as_json(grade("1", "--answers", solved, "--json", "-", *limits))["ex01"]["checks"]
    statuses = {check["name"]: check["status"] for check in checks}
    for name in (
        "test_field",
        "test_large_field",
        "test_flat_weights",
        "test_field_refuses",
        "test_flat_weights_refuse",
    ):
        assert statuses[name] == "passed", checks
    assert statuses["test_depth_joining_two"] == statuses["test_lengths"] == "timeout"
    assert "another check timed out before it, so it had only 0.5 CPU seconds" in str(checks)


@pytest.mark.prove
def test_a_process_of_its_own_for_each_exercise_where_fork_is_missing(solved: Path) -> None:
    from grader.engine import run
    from grader.engine.attempts import Limits
    from grader.engine.worker_processes import Workers
    from grader.kata import curriculum
    from grader.kata.submission import read_folder

    in_forward(solved, "__import__('os')._exit(0)")
    chosen = curriculum.find(["4", "5"])
    limits = Limits(check_seconds=60)
    with Workers(chosen, fork=False) as workers:
        *_, result = run.grade(read_folder(solved), chosen, workers, limits=limits)
    four, five = result.exercises
    assert four.status == "passed"
    assert five.status == "error"
    assert any(check.finding.status == "passed" for check in five.checks)


def test_an_answer_that_loops_ends_with_the_process_that_forked_it(solved: Path) -> None:
    (solved / by_number(5).file).write_text("while True:\n    pass\n")
    looping = "from sys import argv; from pathlib import Path; from grader.kata import curriculum; " + (
        "from grader.engine import run; from grader.engine.worker_processes import Workers; "
        "from grader.kata.submission import read_folder; five = curriculum.find(['5']); workers = Workers(five); "
        "print(workers._warm.pid, flush=True); list(run.grade(read_folder(Path(argv[1])), five, workers))"
    )
    command = [sys.executable, "-c", looping, str(solved)]
    with subprocess.Popen(command, cwd=paths.checkout().root, stdout=subprocess.PIPE, text=True) as grading:
        assert grading.stdout is not None
        warm = psutil.Process(int(grading.stdout.readline()))
        until(lambda: warm.children())
        children = warm.children()
        warm.kill()
        grading.kill()
    until(lambda: not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children))
