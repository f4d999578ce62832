"""The cause that is named: right for mistakes written in another way, and silent where it is another one, or two.

`pytest tests/grader/test_diagnosis.py -s` prints the table of what was taken for what.
"""

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest
from conftest import as_json, by_number, grade, wrong_answers

from grader.base.errors import UsageError
from grader.engine import run
from grader.engine.worker_processes import Workers
from grader.kata import curriculum, mistakes
from grader.kata.curriculum import Exercise
from grader.kata.submission import Submission

VARIANTS = Path(__file__).parent / "variants"
PAIRS = 6  # answers with two mistakes at once, for each exercise


@dataclass(frozen=True)
class Case:
    """An answer that is wrong in a known way, and the names that would be right to give."""

    exercise: Exercise
    called: str
    code: str
    right: frozenset[str]


@dataclass(frozen=True)
class Named:
    """What an answer was taken for: a name, or None."""

    case: Case
    name: str | None
    caught: bool

    @property
    def wrongly(self) -> bool:
        return self.name is not None and self.name not in self.case.right


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


def named(cases: Iterable[Case], workers: Workers) -> list[Named]:
    """Grade each answer alone; what it is taken for."""

    def diagnosed(case: Case) -> Named:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, case.exercise.file).write_text(case.code, encoding="utf-8")
            result, causes = run.grade_alone(Submission(Path(folder), case.called), case.exercise, workers)
        return Named(case, causes[0].name if len(causes) == 1 else None, not result.passed)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(diagnosed, cases))


def table(outcomes: Sequence[Named]) -> str:
    """The counts, and a line for each answer whose name is not right."""
    right = [o for o in outcomes if o.name in o.case.right]
    silent = [o for o in outcomes if o.name is None]
    wrong = [o for o in outcomes if o.wrongly]
    lines = [f"{len(outcomes)} answers: named rightly {len(right)}, not named {len(silent)}, wrongly {len(wrong)}"]
    lines += [f"  {o.case.exercise.short} {o.case.called}: taken for {o.name or 'nothing'}" for o in (*wrong, *silent)]
    return "\n".join(lines)


def test_mistakes_written_in_another_way_are_named(warm: Workers) -> None:
    outcomes = named(variants(), warm)
    print(f"\nvariants: {table(outcomes)}")
    assert len({(o.case.exercise.name, o.case.called) for o in outcomes}) >= 80
    assert [o.case.called for o in outcomes if not o.caught] == []
    known = {(exercise.name, m.name) for exercise in curriculum.exercises() for m in mistakes.of(exercise)}
    assert {(o.case.exercise.name, name) for o in outcomes for name in o.case.right} <= known
    assert sum(o.name in o.case.right for o in outcomes) >= 0.9 * len(outcomes), table(outcomes)
    assert sum(o.wrongly for o in outcomes) <= 0.02 * len(outcomes), table(outcomes)


def test_wrong_answers_that_are_not_in_the_bank_are_refused_and_not_named(warm: Workers) -> None:
    outcomes = named(not_in_the_bank(), warm)
    print(f"\nnot in the bank: {table(outcomes)}")
    assert len(outcomes) >= 60
    assert [(o.case.exercise.short, o.case.called) for o in outcomes if not o.caught] == []
    assert sum(o.wrongly for o in outcomes) <= 0.05 * len(outcomes), table(outcomes)


def test_two_mistakes_at_once_are_never_taken_for_a_third(warm: Workers) -> None:
    outcomes = named(two_at_once(), warm)
    print(f"\ntwo at once: {table(outcomes)}")
    assert len(outcomes) >= 5 * PAIRS
    assert sum(o.wrongly for o in outcomes) <= 0.05 * len(outcomes), table(outcomes)


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
