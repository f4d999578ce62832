"""Inputs that are drawn once for many answers are those that hypothesis would show to each: no result differs."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import by_number

from grader.base.results import CheckResult
from grader.engine import run
from grader.engine.worker_processes import Workers
from grader.kata import curriculum, mistakes
from grader.kata.curriculum import Exercise
from grader.kata.submission import Submission

EVERY = 29
STEERING = '''
import pytest
from hypothesis import assume, given, strategies as st

from grader.language import call, same

@pytest.mark.worth(1)
@given(st.integers(0, 9), st.data())
def test_draws_while_it_runs(answers, levels, data):
    """Draws more inputs while it runs."""
    group = data.draw(st.integers(2, 9))
    same(call(answers.ex01_receptive_field.receptive_field, levels, group), group**levels)

@pytest.mark.worth(1)
@given(st.integers(0, 9), st.integers(0, 9))
def test_rejects_inputs(answers, levels, group):
    """Rejects some of its inputs."""
    assume(group > 1)
    same(call(answers.ex01_receptive_field.receptive_field, levels, group), group**levels)

@pytest.mark.worth(1)
@given(levels=st.integers(3, 9))
def test_uses_more_of_pytest(answers, tmp_path, levels):
    """Needs another fixture."""
    assert tmp_path.is_dir()
    same(call(answers.ex01_receptive_field.receptive_field, levels), 2**levels)
'''


def findings(workers: Workers, folder: Path, exercise: Exercise) -> tuple[CheckResult, ...]:
    *_, result = run.grade(Submission(folder, "answers"), [exercise], workers, seed=11)
    assert isinstance(result, run.RunResult)
    return tuple(without_seconds(check) for check in result.exercises[0].checks)


def without_seconds(result: CheckResult) -> CheckResult:
    return replace(result, finding=replace(result.finding, seconds=0.0))


def bank() -> Iterator[tuple[Exercise, str]]:
    for exercise in curriculum.exercises():
        solution = exercise.solution.read_text()
        for mistake in mistakes.of(exercise):
            yield exercise, mistake.code(solution)


@pytest.mark.prove
def test_no_finding_and_no_smallest_example_differs(tmp_path: Path) -> None:
    for exercise in curriculum.exercises():
        (tmp_path / exercise.file).write_text(exercise.solution.read_text())
    with Workers(curriculum.exercises()) as fresh, Workers(curriculum.exercises(), many=True) as once:
        for exercise, wrong in itertools.islice(bank(), 0, None, EVERY):
            (tmp_path / exercise.file).write_text(wrong)
            drawn_for_it = findings(fresh, tmp_path, exercise)
            assert findings(once, tmp_path, exercise) == drawn_for_it
            assert any(check.finding.status != "passed" for check in drawn_for_it)
            (tmp_path / exercise.file).write_text(exercise.solution.read_text())


@pytest.mark.prove
@pytest.mark.parametrize(("wrong", "passed"), [(False, True), (True, False)])
def test_a_check_that_draws_rejects_or_needs_pytest_is_run_by_them(tmp_path: Path, wrong: bool, passed: bool) -> None:
    one, hidden, answers = by_number(1), tmp_path / "hidden", tmp_path / "answers"
    hidden.mkdir()
    answers.mkdir()
    (hidden / one.checks.name).write_text(STEERING)
    code = one.solution.read_text()
    (answers / one.file).write_text(code.replace("return group**levels", "return group * levels") if wrong else code)
    with Workers([one], hidden=hidden, many=True) as workers:
        for _ in range(2):
            ours = [check for check in findings(workers, answers, one) if check.check.hidden]
            assert [check.finding.status == "passed" for check in ours] == [passed] * 3
