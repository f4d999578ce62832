"""The report of one exercise fits a terminal of 80 × 24, also of mistakes whose text is not kept."""

from concurrent.futures import ThreadPoolExecutor

import goldens
import pytest

from grader.course import prove
from grader.engine.worker_processes import Workers
from grader.kata import curriculum
from grader.kata.curriculum import Exercise

EVERY = 6  # all take nine minutes on one core: tests/benchmarks/report_sizes.py


@pytest.mark.prove
@pytest.mark.parametrize("exercise", curriculum.exercises(), ids=lambda exercise: exercise.short)
def test_a_report_fits_one_screen(warm: Workers, exercise: Exercise) -> None:
    trials = prove.of_mistakes(exercise)[::EVERY]
    with ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda trial: goldens.graded(exercise, trial.code, warm), trials)
        screens = {trial.name: goldens.on_one_screen(result) for trial, result in zip(trials, results, strict=True)}
    assert [name for name, screen in screens.items() if not goldens.fits(exercise, name, screen)] == []
