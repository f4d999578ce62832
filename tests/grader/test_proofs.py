"""Each exercise's checks are proved: mistakes and mutants are caught, right answers are not refused."""

import pytest

from grader.course import verify
from grader.engine.worker_processes import Workers
from grader.kata import curriculum
from grader.kata.curriculum import Exercise

EXERCISES = curriculum.exercises()
SEEDS = 3  # `grade verify` tries right answers with eight


def problems(claims: object) -> list[str]:
    """What is not true, of those claims that come; progress is none."""
    return [line for claim in claims if isinstance(claim, verify.Claim) for line in claim.problems]  # type: ignore[attr-defined]


def test_stubs_lessons_points_and_checks_fit_together(warm: Workers) -> None:
    assert problems(verify.written_claims(EXERCISES, warm)) == []


@pytest.mark.proof("verify")
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.short)
def test_known_mistakes_and_mutants_are_caught_and_right_answers_are_not_refused(
    warm: Workers, exercise: Exercise
) -> None:
    assert problems(verify.graded_claims([exercise], warm, SEEDS)) == []
