"""An answer that returns the same whatever it is asked earns next to nothing: what it leaves alone it never touched."""

import pytest

from grader.base.results import Cause, ExerciseResult
from grader.course import prove
from grader.course.prove import Trial
from grader.engine.worker_processes import Workers
from grader.kata import curriculum, stubs
from grader.kata.curriculum import Exercise

FIRST, LAST = "list(locals().values())[0]", "list(locals().values())[-1]"  # of the arguments
CONSTANTS = ("1.0", "0", "[]", "True", '""', "{}", FIRST, LAST)
MOST = 0.5  # points, for what happens to be right once


def earns_too_much(result: ExerciseResult, _: list[Cause]) -> str | None:
    """The checks that it passes, with their points, where they are too many or tell of an effect."""
    passed = [check.check for check in result.checks if check.points]
    if sum(check.points for check in passed) <= MOST and not any("effects" in check.contract for check in passed):
        return None
    return f"earns {', '.join(f'{check.points:g} by {check.name}' for check in passed)}"


def constants(exercise: Exercise) -> list[Trial]:
    """Stubs whose functions return a constant, and whose constructors build anything."""
    stub = prove._built(stubs.stub(exercise))
    codes = {f"`return {each}`": stub.replace(stubs.UNWRITTEN, f"return {each}") for each in CONSTANTS}
    return [Trial(exercise, says, code, earns_too_much, limits=prove.MUTANT_LIMITS) for says, code in codes.items()]


@pytest.mark.sampled("ex01", "ex05", "ex09")
@pytest.mark.parametrize("exercise", curriculum.exercises(), ids=lambda exercise: exercise.short)
def test_a_constant_earns_nothing_for_effects_and_half_a_point_at_most(exercise: Exercise, warm: Workers) -> None:
    assert [problem for problem in prove.problems(constants(exercise), warm) if problem] == []
