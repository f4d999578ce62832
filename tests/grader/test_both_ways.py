"""One check, two ways to run it: in process and in the sandbox each answer meets the same verdict, check by check."""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from conftest import as_json, by_number, grade, pool, spoil, wrong_answers

from grader.answers.protocol import Reply
from grader.answers.steps import Name, Outcome
from grader.base import paths
from grader.base.results import RunResult
from grader.course import prove
from grader.engine import run
from grader.engine.attempts import Limits
from grader.engine.worker_processes import CAN_FORK, Workers
from grader.kata import curriculum, mistakes
from grader.kata.curriculum import Exercise
from grader.kata.submission import read_folder
from grader.language.comparisons import Mismatch
from grader.language.error_checks import raises
from grader.language.script import SCRIPT

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="the sandbox needs Linux")

EXERCISES = curriculum.exercises()
# All known mistakes twice take half an hour on one core, all styles in the sandbox five minutes.
EVERY, EVERY_STYLE = (1, 1) if os.environ.get("KATA_EVERY") else (24, 3)
PATIENT = Limits(check_seconds=60, exercise_seconds=300)  # both ways end by themselves
Verdicts = dict[str, tuple[str, float, str | None, str | None]]


@pytest.fixture(scope="module")
def sandboxed() -> Iterator[Workers]:
    with pool().take(EXERCISES, sandbox=True, accept_weak=True, many=True) as workers:
        yield workers


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an answer builds on is a solution here: no need to look for a mistake there, each time anew."""
    monkeypatch.setattr(curriculum, "ancestors", lambda exercise: ())


def folder_with(folder: Path, exercise: Exercise, text: str) -> Path:
    """A folder of solutions, but for one answer."""
    shutil.copytree(paths.checkout().solutions, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / exercise.file).write_text(text, encoding="utf-8")
    return folder


def both_cores(function: Callable[[Any], Any], work: Iterable[Any]) -> list[Any]:
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(function, work))


def verdicts(workers: Workers, folder: Path, exercise: Exercise) -> Verdicts:
    """Of each check its status, its points, the mistake that it is taken for, and the example."""
    *_, result = run.grade(read_folder(folder), [exercise], workers, limits=PATIENT, shrink=False)
    assert isinstance(result, RunResult)
    checks = result.exercises[0].checks
    return {
        c.check.name: (c.finding.status, c.points, c.cause.name if c.cause else None, c.finding.example) for c in checks
    }


@pytest.mark.proof("both ways")
@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.short)
def test_right_answers_of_every_style_pass_in_the_sandbox(
    sandboxed: Workers, tmp_path: Path, exercise: Exercise
) -> None:
    def refused(path: Path) -> tuple[str, Verdicts]:
        folder = folder_with(tmp_path / path.stem, exercise, path.read_text(encoding="utf-8"))
        found = verdicts(sandboxed, folder, exercise)
        return path.stem, {name: verdict for name, verdict in found.items() if verdict[0] != "passed"}

    styles = [exercise.solution, *prove.styles(exercise)][::EVERY_STYLE]
    assert [found for found in both_cores(refused, styles) if found[1]] == []


@pytest.mark.proof("both ways")
@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.short)
def test_wrong_answers_meet_the_same_verdict_and_get_the_same_name_both_ways(
    warm: Workers, sandboxed: Workers, tmp_path: Path, exercise: Exercise
) -> None:
    solution = exercise.solution.read_text(encoding="utf-8")
    codes = {mistake.name: mistake.code(solution) for mistake in mistakes.of(exercise)} | wrong_answers(exercise)

    def differs(name: str) -> dict[str, Any]:
        folder = folder_with(tmp_path / name, exercise, codes[name])
        one, other = verdicts(warm, folder, exercise), verdicts(sandboxed, folder, exercise)
        return {f"{name}: {check}": (one[check], other[check]) for check in one if one[check] != other[check]}

    assert [found for found in both_cores(differs, sorted(codes)[::EVERY]) if found] == []


@pytest.mark.prove
def test_the_solutions_take_all_points() -> None:
    result = json.loads(grade("--answers", paths.checkout().solutions, "--json", "-").stdout)
    assert (result["points"], result["bonus"]) == (100, 40)
    assert {check["status"] for exercise in result["exercises"] for check in exercise["checks"]} == {"passed"}


@pytest.mark.sampled("syntax", "package", "lacks")
@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("def build_vocabulary(words):\n    return {", "does not parse"),
        ("<<<<<<< HEAD\nx = 1\n=======\nx = 2\n", "line 1 does not parse: it contains the markers of a merge conflict"),
        ("import nothing_of_this_name", "it imports the package `nothing_of_this_name`, which is not installed"),
        ("1 / 0", "your code raised ZeroDivisionError: division by zero"),
        ("x = 1", "does not define `build_vocabulary` (it defines nothing)"),
        ("from .ex02_one_fusion import nothing", "it imports `nothing` from ex02_one_fusion, which does not define it"),
        ("def build_vocabulary(words):\n    raise NotImplementedError", None),
    ],
    ids=["syntax", "merge", "package", "raises", "lacks", "import", "stub"],
)
def test_what_is_wrong_with_a_file_is_told_in_the_same_words(
    warm: Workers, sandboxed: Workers, solved: Path, code: str, says: str | None
) -> None:
    exercise = by_number(3)
    (solved / exercise.file).write_text(code)
    told = []
    for workers in (warm, sandboxed):
        *_, result = run.grade(read_folder(solved), [exercise], workers, shrink=False)
        assert isinstance(result, RunResult)
        found = result.exercises[0].checks[0].finding
        told.append((found.status, found.difference, found.traceback, found.where))
    assert told[0] == told[1]
    assert says is None or says in (told[0][1] or "")


@pytest.mark.parametrize(
    ("number", "old", "new", "says"),
    [
        (5, 'f"group must', '"group must', "it holds {group} literally: is the f before the quotes missing?"),
        (1, 'f"context must', '"context must', "it holds {group} literally: is the f before the quotes missing?"),
        (
            1,
            'f"{name} must be',
            '"{name!r:>3} must be',
            "it holds {name!r:>3} literally: is the f before the quotes missing?",
        ),
        (2, "return FusionTrace(", "FusionTrace(", "the result is not a FusionTrace; is a return missing?"),
        (5, "def __init__(self", "def _init_(self", "`_init_` should be `__init__`, with two underscores on each side"),
        (4, "def forward(self, ", "def forward(", "`self` is missing: it must be the first parameter of `forward`"),
    ],
)
def test_a_slip_of_a_beginner_is_pointed_at_both_ways(
    warm: Workers, sandboxed: Workers, solved: Path, number: int, old: str, new: str, says: str
) -> None:
    exercise = by_number(number)
    spoil(solved, number, old, new)
    told = []
    for workers in (warm, sandboxed):
        result = run.last(run.grade(read_folder(solved), [exercise], workers, shrink=False))
        told.append({check.finding.difference for check in result.exercises[0].checks})
    assert told[0] == told[1]
    assert any(difference and difference.endswith(says) for difference in told[0]), told[0]


@pytest.mark.parametrize("text", ["got {1, 2}", "got {'a': 1}", "got {}", "got {a, b}", "no braces"])
def test_braces_that_are_no_placeholder_are_not_taken_for_one(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    class Refusing:
        at_once = True

        def run(self, *_: object) -> Reply:
            return Reply((Outcome(error=ValueError(text)),))

    monkeypatch.setattr(SCRIPT, "runner", Refusing())
    SCRIPT.begin()
    with pytest.raises(Mismatch) as told:
        raises(ValueError, Name("ex01_receptive_field", "receptive_field"), values=[7])
    assert told.value.difference == "the message does not include the value 7"


def test_an_error_shows_the_learners_own_line(sandboxed: Workers, solved: Path) -> None:
    path = spoil(solved, 5, "joined = x.reshape", "joined = 1 / 0 * x.reshape")
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if "1 / 0" in text)
    *_, result = run.grade(read_folder(solved), [by_number(5)], sandboxed, shrink=False)
    assert isinstance(result, RunResult)
    found = result.exercises[0].checks[0].finding
    assert found.where == f"ex05_flatten_consecutive.py:{line}"
    assert "1 / 0" in (found.traceback or "")


def test_a_print_in_the_sandbox_is_told(sandboxed: Workers, solved: Path) -> None:
    spoil(solved, 5, "joined = x.reshape", "print('shape', tuple(x.shape)); joined = -x.reshape")
    *_, result = run.grade(read_folder(solved), [by_number(5)], sandboxed, shrink=False)
    assert isinstance(result, RunResult)
    assert any("shape (" in (check.finding.printed or "") for check in result.exercises[0].checks)


@pytest.mark.prove
def test_the_same_seed_gives_the_same_result(sandboxed: Workers, solved: Path) -> None:
    spoil(solved, 8, "for level in self.levels:", "for level in self.levels[::-1]:")
    told = []
    for _ in range(2):
        *_, result = run.grade(read_folder(solved), [by_number(8)], sandboxed, seed=3, shrink=False)
        assert isinstance(result, RunResult)
        told.append([(c.finding.status, c.finding.example, c.finding.difference) for c in result.exercises[0].checks])
    assert told[0] == told[1]


@pytest.mark.prove
def test_a_link_that_leads_out_of_the_folder_is_no_answer(solved: Path) -> None:
    path = solved / by_number(5).file
    path.unlink()
    path.symlink_to(paths.checkout().solutions / path.name)
    result = as_json(grade("5", "--sandbox", "--answers", solved, "--json", "-"))["ex05"]
    assert (result["status"], result["points"]) == ("not_started", 0)


@pytest.mark.prove
def test_references_stand_in_from_the_other_side(solved: Path) -> None:
    spoil(solved, 5, "x.reshape(batch, time", "x.flip(1).reshape(batch, time")
    result = as_json(grade("5", "7", "--sandbox", "--answers", solved, "--json", "-", "--exercise-seconds", "300"))
    assert result["ex05"]["status"] == "failed"
    assert result["ex07"]["points"] == 15
    stands_on = {name for check in result["ex07"]["checks"] for name in check["stands_on"]}
    assert stands_on == {"ex05_flatten_consecutive"}
