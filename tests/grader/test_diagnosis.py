"""The cause that is named: right for mistakes written in another way, and silent where it is another one, or two.

`pytest tests/grader/test_diagnosis.py -s` prints the table of what was taken for what.
"""

import ast
import functools
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from conftest import as_json, by_number, grade
from known_answers import Answer, attempts, together, unknown, variants, without_errors

from grader.engine import run
from grader.engine.worker_processes import Workers
from grader.kata import curriculum, footprints, mistakes
from grader.kata.curriculum import Exercise
from grader.kata.submission import Submission

VARIANTS = Path(__file__).parent / "variants"
PAIRS = 6  # answers with two mistakes at once, for each exercise


@dataclass(frozen=True)
class Named:
    """What an answer was taken for, and whether a check caught it."""

    case: Answer
    exercise: Exercise
    names: frozenset[str]
    caught: bool

    @property
    def wrong(self) -> frozenset[str]:
        return self.names - self.case.wanted - self.case.allowed


def named(cases: Iterable[tuple[Exercise, Answer]], workers: Workers) -> list[Named]:
    """Grade each answer alone; what it is taken for."""

    def diagnosed(asked: tuple[Exercise, Answer]) -> Named:
        exercise, case = asked
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, exercise.file).write_text(case.code, encoding="utf-8")
            result, causes = run.grade_alone(Submission(Path(folder), case.name), exercise, workers)
        return Named(case, exercise, frozenset(cause.name for cause in causes.by_check.values()), not result.passed)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(diagnosed, cases))


def of_all(answers: Callable[[Exercise], Iterable[Answer]]) -> list[tuple[Exercise, Answer]]:
    return [(exercise, answer) for exercise in curriculum.exercises() for answer in answers(exercise)]


def table(outcomes: Sequence[Named]) -> str:
    """The counts, and a line for each answer whose names are not right."""
    right = [o for o in outcomes if o.names & o.case.wanted]
    wrong = [o for o in outcomes if o.wrong]
    silent = [o for o in outcomes if not o.names]
    lines = [f"{len(outcomes)} answers: named rightly {len(right)}, not named {len(silent)}, wrongly {len(wrong)}"]
    lines += [
        f"  {o.exercise.short} {o.case.name}: taken for {', '.join(sorted(o.names)) or 'nothing'}"
        for o in (*wrong, *silent)
    ]
    return "\n".join(lines)


@pytest.mark.prove
def test_mistakes_written_in_another_way_are_named(warm: Workers) -> None:
    outcomes = named(of_all(variants), warm)
    print(f"\nvariants: {table(outcomes)}")
    assert len({(o.exercise.name, o.case.name) for o in outcomes}) >= 80
    assert [o.case.name for o in outcomes if not o.caught] == []
    known = {(exercise.name, m.name) for exercise in curriculum.exercises() for m in mistakes.of(exercise)}
    assert {(o.exercise.name, name) for o in outcomes for name in o.case.wanted} <= known
    assert sum(bool(o.names & o.case.wanted) for o in outcomes) >= 0.9 * len(outcomes), table(outcomes)
    assert sum(bool(o.wrong) for o in outcomes) <= 0.02 * len(outcomes), table(outcomes)


@pytest.mark.prove
def test_wrong_answers_that_are_not_in_the_bank_are_refused_and_not_named(warm: Workers) -> None:
    outcomes = named(of_all(unknown), warm)
    print(f"\nnot in the bank: {table(outcomes)}")
    assert len(outcomes) >= 60
    assert [(o.exercise.short, o.case.name) for o in outcomes if not o.caught] == []
    assert sum(bool(o.wrong) for o in outcomes) <= 0.1 * len(outcomes), table(outcomes)


@pytest.mark.prove
def test_of_two_mistakes_at_once_one_is_named_at_least(warm: Workers) -> None:
    outcomes = named(of_all(lambda exercise: together(exercise, 2, PAIRS)), warm)
    print(f"\ntwo at once: {table(outcomes)}")
    assert len(outcomes) >= 5 * PAIRS
    assert sum(bool(o.names & o.case.wanted) for o in outcomes) >= 0.75 * len(outcomes), table(outcomes)
    assert sum(o.names >= o.case.wanted for o in outcomes) >= 0.5 * len(outcomes), table(outcomes)
    assert sum(bool(o.wrong) for o in outcomes) <= 0.05 * len(outcomes), table(outcomes)


@pytest.mark.prove
def test_a_cause_does_not_need_the_error_handling_that_is_written_last(warm: Workers) -> None:
    def bare(exercise: Exercise) -> Iterator[Answer]:
        for answer in list(variants(exercise))[::4]:
            yield replace(answer, code=without_errors(answer.code))

    outcomes = [o for o in named(of_all(bare), warm) if _of_values(o)]
    print(f"\nwithout error handling: {table(outcomes)}")
    assert len(outcomes) >= 40
    assert sum(bool(o.names & o.case.wanted) for o in outcomes) >= 0.8 * len(outcomes), table(outcomes)


def _of_values(outcome: Named) -> bool:
    """Whether the mistake shows in something other than error handling."""
    errors = _checks_of_errors(outcome.exercise.checks)
    known = footprints.read(outcome.exercise)
    return any(not (known[name].always | known[name].sometimes) <= errors for name in outcome.case.wanted)


@functools.cache
def _checks_of_errors(checks: Path) -> frozenset[str]:
    """The names of the checks of error handling."""
    functions = [part for part in ast.parse(checks.read_text("utf-8")).body if isinstance(part, ast.FunctionDef)]
    return frozenset(f.name for f in functions if any("kind=" in ast.unparse(d) for d in f.decorator_list))


@pytest.mark.prove
def test_attempts_of_a_real_learner_get_the_cause_that_a_teacher_names(warm: Workers) -> None:
    outcomes = named(of_all(attempts), warm)
    fitting = [o for o in outcomes if o.case.wanted]
    print(f"\nattempts: {table(fitting)}")
    assert len(outcomes) == 159
    assert sum(bool(o.names & o.case.wanted) for o in fitting) >= 0.85 * len(fitting), table(fitting)


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
