"""The cause that is named: right for mistakes written in another way, and silent where it is another one, or two."""

import shutil
from pathlib import Path

import cause_table
import pytest
from cause_table import PASSES, Line, Row
from conftest import as_json, by_number, grade

from grader.kata import curriculum, mistakes
from grader.kata.curriculum import Exercise

VARIANTS = Path(__file__).parent / "variants"
EVERY = 5  # all lines take ten minutes on one core: `make cause-tables`


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    """What each answer is taken for, as it is kept."""
    return [line for exercise in curriculum.exercises() for line in cause_table.kept(exercise)]


@pytest.fixture(scope="module")
def table(lines: list[Line]) -> dict[str, Row]:
    """The sums by kind."""
    return cause_table.table_of(lines)


@pytest.mark.proof("causes")
@pytest.mark.parametrize("exercise", curriculum.exercises(), ids=lambda exercise: exercise.short)
def test_answers_are_taken_for_what_the_table_says(exercise: Exercise) -> None:
    expected = cause_table.kept(exercise)[::EVERY]
    assert cause_table.made(exercise, EVERY) == expected, "make cause-tables, then git diff"


def test_each_kind_has_enough_answers(table: dict[str, Row]) -> None:
    answers = {kind: row.answers for kind, row in table.items()}
    assert answers.keys() == set(cause_table.KINDS)
    assert answers["variants"] >= 200
    assert answers["pairs"] >= 300
    assert answers["triples"] >= 150
    assert answers["attempts"] + answers["attempts, kept"] == 159
    assert answers["not in the bank"] >= 60


def test_every_wrong_answer_is_caught(lines: list[Line]) -> None:
    assert [line for line in lines if line.verdict == PASSES] == []


@pytest.mark.parametrize(
    ("kind", "one", "every"),
    [
        ("variants", 0.95, 0.95),
        ("variants, no errors", 0.9, 0.9),
        ("attempts", 0.85, 0.0),
        ("attempts, no errors", 0.85, 0.0),
        ("attempts, kept", 0.85, 0.0),
        ("attempts, kept, no errors", 0.85, 0.0),
        ("pairs", 0.75, 0.5),
        ("triples", 0.6, 0.0),
    ],
)
def test_the_mistake_is_named(table: dict[str, Row], kind: str, one: float, every: float) -> None:
    row = table[kind]
    assert row.one >= one * row.known
    assert row.every >= every * row.known


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        ("variants", 0.02),
        ("variants, no errors", 0.02),
        ("attempts", 0.025),
        ("attempts, no errors", 0.025),
        ("attempts, kept", 0.025),
        ("attempts, kept, no errors", 0.025),
        ("pairs", 0.02),
        ("triples", 0.02),
        ("not in the bank", 0.09),
    ],
)
def test_a_wrong_name_is_rare(table: dict[str, Row], kind: str, most: float) -> None:
    assert table[kind].wrong <= most * table[kind].answers


def test_a_variant_bears_the_name_of_a_mistake() -> None:
    for exercise in curriculum.exercises():
        names = {path.stem.partition(".")[0] for path in (VARIANTS / exercise.name).glob("*.py")}
        assert names <= {mistake.name for mistake in mistakes.of(exercise)}


def test_the_report_and_the_json_name_the_mistake_and_say_what_to_try(solved: Path) -> None:
    shutil.copy(VARIANTS / "ex05_flatten_consecutive" / "newest-first.py", solved / by_number(5).file)
    checks = as_json(grade("5", "--answers", solved, "--json", "-"))["ex05"]["checks"]
    cause = next(m.cause for m in mistakes.of(by_number(5)) if m.name == "newest-first")
    for check in checks:
        failed = check["status"] != "passed"
        assert check["mistake"] == ("newest-first" if failed else None)
        assert check["advice"] == (f"{cause.says} {cause.advice}" if failed else None)
    text = " ".join(grade("5", "--answers", solved).stdout.split())
    assert f"Likely cause: {cause.says} (newest-first)" in text
    assert f"Why it looks right: {cause.looks_right} To try: {cause.advice}" in text


@pytest.mark.parametrize("seed", [1, 7])
def test_the_name_does_not_depend_on_the_seed(solved: Path, seed: int) -> None:
    shutil.copy(VARIANTS / "ex05_flatten_consecutive" / "newest-first.py", solved / by_number(5).file)
    checks = as_json(grade("5", "--answers", solved, "--seed", seed, "--json", "-"))["ex05"]["checks"]
    assert {check["mistake"] for check in checks} == {"newest-first", None}


def test_right_answers_are_not_compared_with_anything(solved: Path) -> None:
    checks = as_json(grade("5", "--answers", solved, "--json", "-"))["ex05"]["checks"]
    assert {check["mistake"] for check in checks} == {None}
