"""Limits of time: CPU seconds of the answer's process, and a cap by the clock for an answer that waits."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import by_number, spoil

from grader.base.results import ExerciseResult
from grader.engine import run
from grader.engine.attempts import Limits
from grader.engine.worker_processes import CAN_FORK, Workers
from grader.kata.submission import read_folder

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="CPU time of a process is told by Linux")

LEVELS = "    return group**levels"  # the last line of exercise 1's first function
SPENDING = """
    import time
    while time.process_time() - began < {seconds}:
        pass
"""
ONCE = "\nimport time\nbegan = time.process_time()\n"


@pytest.fixture(scope="module", params=[False, True], ids=["home", "sandbox"])
def workers(request: pytest.FixtureRequest) -> Iterator[Workers]:
    with Workers([by_number(1)], sandbox=request.param, accept_weak=True) as made:
        yield made


def graded(workers: Workers, folder: Path, limits: Limits) -> ExerciseResult:
    return run.last(run.grade(read_folder(folder), [by_number(1)], workers, limits=limits, shrink=False)).exercises[0]


def statuses(result: ExerciseResult) -> dict[str, str]:
    return {check.check.name: check.finding.status for check in result.checks}


@pytest.mark.sampled("home")
def test_a_loop_is_stopped_by_its_cpu_time_and_costs_its_own_checks(workers: Workers, solved: Path) -> None:
    spoil(solved, 1, LEVELS, "    while True: pass")
    result = graded(workers, solved, Limits(check_seconds=0.3, exercise_seconds=6))
    found = statuses(result)
    assert {name for name, status in found.items() if status == "timeout"} >= {"test_field", "test_large_field"}
    assert found["test_flat_weights"] == "passed"
    told = next(check.finding.difference for check in result.checks if check.check.name == "test_field")
    assert told == (
        "the check timed out after 0.3 CPU seconds (the limit per check, --check-seconds): is there an endless loop?"
    )


@pytest.mark.sampled("home")
def test_an_answer_that_sleeps_is_stopped_by_the_clock(workers: Workers, solved: Path) -> None:
    spoil(solved, 1, LEVELS, "    import time; time.sleep(600)")
    result = graded(workers, solved, Limits(check_seconds=0.2, exercise_seconds=1))
    told = next(check.finding.difference for check in result.checks if check.check.name == "test_field")
    assert told is not None
    assert "s of waiting (the limit per check is 0.2 CPU seconds" in told
    assert told.endswith("does it wait for something?")


@pytest.mark.sampled("home")
def test_a_loaded_machine_takes_no_point_from_an_answer_within_its_cpu_time(workers: Workers, solved: Path) -> None:
    path = solved / by_number(1).file
    path.write_text(path.read_text().replace(LEVELS, SPENDING.format(seconds=0.6) + LEVELS) + ONCE)
    busy = [sys.executable, "-c", "while True: pass"]
    loops = [subprocess.Popen(busy) for _ in range(3 * (os.cpu_count() or 1))]
    try:
        result = graded(workers, solved, Limits(check_seconds=1, exercise_seconds=20))
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
    assert set(statuses(result).values()) == {"passed"}
