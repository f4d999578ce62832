"""What a learner reads for known mistakes, word for word. `make goldens` writes the texts anew; then read the diff."""

import re

import goldens
import pytest

from grader.engine.worker_processes import Workers
from grader.kata import curriculum, stubs
from grader.kata.curriculum import Exercise

LONG_LINE = 25
KEPT = goldens.kept()


@pytest.mark.proof("goldens")
@pytest.mark.parametrize("exercise", curriculum.exercises(), ids=lambda exercise: exercise.short)
def test_the_texts_are_as_they_were_when_somebody_read_them(warm: Workers, exercise: Exercise) -> None:
    for path, (text, screen) in goldens.texts([pair for pair in KEPT if pair[0] == exercise], warm).items():
        assert goldens.fits(exercise, path.stem, screen), f"{path.name} does not fit one screen"
        assert text == path.read_text(encoding="utf-8"), f"{path.name} reads otherwise now: make goldens, then git diff"


def test_every_text_belongs_to_a_mistake() -> None:
    assert len(KEPT) >= 60
    assert set(goldens.FOLDER.rglob("*.txt")) == {goldens.path(*pair) for pair in KEPT}


def test_each_names_its_own_mistake_and_says_what_to_try() -> None:
    for path in (goldens.path(*pair) for pair in KEPT):
        one_line = " ".join(path.read_text(encoding="utf-8").split())
        assert f"({path.stem})" in one_line
        assert one_line.count("To try:") == one_line.count("Likely cause:") == 1


def test_no_text_shows_a_line_of_a_solution_but_the_learners_own() -> None:
    for exercise, mistake in goldens.kept():
        solution = exercise.solution.read_text(encoding="utf-8")
        secret = {line for line in stubs.region_lines(solution) if len(line) > LONG_LINE}
        text = goldens.path(exercise, mistake).read_text(encoding="utf-8")
        without_own = re.sub(rf"(.*{exercise.file}, line \d+, in .*\n)+.*", "", text)
        assert [line for line in secret if line in without_own] == [], goldens.path(exercise, mistake)
