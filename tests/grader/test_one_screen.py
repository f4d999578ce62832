"""The report of one exercise fits a terminal of 80 × 24, for every known mistake. `test_goldens.py` checks a sample."""

from concurrent.futures import ThreadPoolExecutor

import goldens
import pytest

from grader.course import prove
from grader.engine.worker_processes import Workers
from grader.kata import curriculum
from grader.kata.curriculum import Exercise

# Their examples need large inputs, or many calls.
LONGER = {
    ("ex07", "channels-moved-for-the-norm"),
    ("ex07", "view-needs-one-order-in-memory"),
    ("ex10", "vocabulary-read-in-its-order"),
    ("ex12", "reset-forgets-the-first-level-only"),
}


@pytest.mark.prove
@pytest.mark.parametrize("exercise", curriculum.exercises(), ids=lambda exercise: exercise.short)
def test_every_report_fits_one_screen(warm: Workers, exercise: Exercise) -> None:
    trials = prove.of_mistakes(exercise)
    with ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda trial: goldens.graded(exercise, trial.code, warm), trials)
        rows = {trial.name: len(goldens.on_one_screen(result)) for trial, result in zip(trials, results, strict=True)}
    too_long = {name: count for name, count in rows.items() if count > goldens.ROWS}
    assert {name: count for name, count in too_long.items() if (exercise.short, name) not in LONGER} == {}
