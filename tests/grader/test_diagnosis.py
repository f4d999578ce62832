"""The cause that is named: right for mistakes written in another way, and silent where it is another one, or two.

`diagnosis_exceptions.yaml` lists the answers for which this is not true yet, and the last test bounds their number.
"""

import shutil
import tempfile
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest
import yaml
from conftest import as_json, by_number, grade, wrong_answers

from grader.base.errors import UsageError
from grader.engine import run
from grader.engine.worker_processes import Workers
from grader.kata import curriculum, mistakes
from grader.kata.curriculum import Exercise
from grader.kata.submission import Submission

VARIANTS = Path(__file__).parent / "variants"
PAIRS = 6  # answers with two mistakes at once, for each exercise
LISTED = yaml.safe_load((Path(__file__).parent / "diagnosis_exceptions.yaml").read_text(encoding="utf-8"))
NOT_NAMED: list[str] = LISTED["not_named"]
TAKEN_FOR: dict[str, str] = LISTED["taken_for"]


@dataclass(frozen=True)
class Case:
    """An answer that is wrong in a known way, and the names that would be right to give."""

    exercise: Exercise
    called: str
    code: str
    right: frozenset[str]


def variants() -> list[Case]:
    """Known mistakes written in another way than the bank's: `mistake.py`, or `mistake.which-way.py`."""
    return [
        Case(exercise, path.stem, path.read_text(encoding="utf-8"), frozenset({path.stem.partition(".")[0]}))
        for exercise in curriculum.exercises()
        for path in sorted((VARIANTS / exercise.name).glob("*.py"))
    ]


def not_in_the_bank() -> list[Case]:
    """Wrong answers that the bank does not hold: no name is right."""
    return [
        Case(exercise, name, code, frozenset())
        for exercise in curriculum.exercises()
        for name, code in wrong_answers(exercise).items()
    ]


def two_at_once() -> list[Case]:
    """Answers with two mistakes of the bank: the name of either is right, of any other wrong."""
    cases: list[Case] = []
    for exercise in curriculum.exercises():
        solution = exercise.solution.read_text(encoding="utf-8")
        pairs = list(combinations(mistakes.of(exercise), 2))
        apart = pairs[:: max(len(pairs) // (3 * PAIRS), 1)]
        cases += [case for pair in apart if (case := both(exercise, solution, *pair))][:PAIRS]
    return cases


def both(exercise: Exercise, solution: str, one: mistakes.Mistake, other: mistakes.Mistake) -> Case | None:
    """An answer with two mistakes, where one leaves the other's place as it was."""
    try:
        code = other.code(one.code(solution))
    except UsageError:
        return None
    return Case(exercise, f"{one.name} and {other.name}", code, frozenset({one.name, other.name}))


def diagnosed(case: Case, workers: Workers) -> str | None:
    """Grade an answer alone; the name that it is given, and None where it gets none."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, case.exercise.file).write_text(case.code, encoding="utf-8")
        result, causes = run.grade_alone(Submission(Path(folder), case.called), case.exercise, workers)
    assert not result.passed, "no check catches it"
    return causes[0].name if len(causes) == 1 else None


def label(case: Case) -> str:
    return f"{case.exercise.short} {case.called}"


def allowed(case: Case) -> set[str]:
    """The wrong name that is listed for an answer."""
    return {TAKEN_FOR[label(case)]} if label(case) in TAKEN_FOR else set()


ANOTHER_WAY, NOT_IN_THE_BANK, PAIRS_OF_MISTAKES = variants(), not_in_the_bank(), two_at_once()


@pytest.mark.proof("diagnosis")
@pytest.mark.parametrize("case", ANOTHER_WAY, ids=label)
def test_a_mistake_written_in_another_way_is_named(warm: Workers, case: Case) -> None:
    assert case.right <= {mistake.name for mistake in mistakes.of(case.exercise)}
    name = diagnosed(case, warm)
    assert name in case.right | allowed(case) or (name is None and label(case) in NOT_NAMED)


@pytest.mark.proof("diagnosis")
@pytest.mark.parametrize("case", NOT_IN_THE_BANK, ids=label)
def test_a_wrong_answer_that_is_not_in_the_bank_is_caught_and_not_named(warm: Workers, case: Case) -> None:
    assert diagnosed(case, warm) in {None} | allowed(case)


@pytest.mark.proof("diagnosis")
@pytest.mark.parametrize("case", PAIRS_OF_MISTAKES, ids=label)
def test_two_mistakes_at_once_are_not_taken_for_a_third(warm: Workers, case: Case) -> None:
    assert diagnosed(case, warm) in {None} | case.right | allowed(case)


def test_nearly_all_are_named_and_hardly_any_wrongly() -> None:
    assert len(ANOTHER_WAY) >= 80
    assert len(NOT_IN_THE_BANK) >= 60
    assert len(PAIRS_OF_MISTAKES) >= 5 * PAIRS
    assert len(NOT_NAMED) <= 0.1 * len(ANOTHER_WAY)
    for cases, share in ((ANOTHER_WAY, 0.02), (NOT_IN_THE_BANK, 0.05), (PAIRS_OF_MISTAKES, 0.05)):
        assert len(TAKEN_FOR.keys() & set(map(label, cases))) <= share * len(cases)
    assert set(NOT_NAMED) <= set(map(label, ANOTHER_WAY))
    assert TAKEN_FOR.keys() <= set(map(label, [*ANOTHER_WAY, *NOT_IN_THE_BANK, *PAIRS_OF_MISTAKES]))


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
