"""A class graded with what is remembered of earlier answers: the same results as without, and no check run twice."""

import contextlib
import dataclasses
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import by_number, grade, wrong_answers

from grader.base import paths
from grader.base.errors import UsageError
from grader.base.results import ExerciseResult
from grader.engine import conversation_cache, run
from grader.engine.attempts import Limits
from grader.engine.worker_processes import CAN_FORK, Workers
from grader.kata.submission import Submission, read_folder

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="the sandbox needs Linux")

CHOSEN = [by_number(5), by_number(7)]
FLATTEN, FUSION = CHOSEN
SOLUTION = FLATTEN.solution.read_text()
ORDERED = "x.reshape(batch, time // self.group, self.group * channels)"
Graded = Callable[..., ExerciseResult]


@pytest.fixture(scope="module")
def forgetful() -> Iterator[Workers]:
    """Workers that run each check for each answer."""
    with Workers(CHOSEN, sandbox=True, accept_weak=True) as workers:
        yield workers


@pytest.fixture
def remembering() -> Iterator[Workers]:
    """Workers that have seen no answer yet."""
    with Workers(CHOSEN, sandbox=True, accept_weak=True, many=True) as workers:
        yield workers


@pytest.fixture
def graded(tmp_path: Path, forgetful: Workers, remembering: Workers) -> Graded:
    """Grade an answer both ways: what comes of it, which must be the same."""
    folders = iter(range(1_000))

    def grade_one(text: str, exercise: Any = FLATTEN, limits: Limits | None = None) -> ExerciseResult:
        folder = tmp_path / f"student{next(folders)}"
        shutil.copytree(paths.checkout().solutions, folder, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / exercise.file).write_text(text)
        results = [
            run.last(run.grade(read_folder(folder), [exercise], workers, limits=limits, shrink=False)).exercises[0]
            for workers in (remembering, forgetful)
        ]
        one, other = map(without_seconds, results)
        assert one == other
        return results[0]

    return grade_one


def without_seconds(result: ExerciseResult) -> ExerciseResult:
    checks = tuple(
        dataclasses.replace(check, finding=dataclasses.replace(check.finding, seconds=0.0)) for check in result.checks
    )
    return dataclasses.replace(result, checks=checks, seconds=0.0)


@contextlib.contextmanager
def no_process_of_checks(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Inside the block what is not remembered cannot be found out."""

    def refuse(*_: object) -> None:
        raise UsageError("a check was run")

    with monkeypatch.context() as patched:
        patched.setattr(workers, "_fork_for", refuse)
        yield


def changed(old: str, new: str, text: str = SOLUTION) -> str:
    assert old in text
    return text.replace(old, new)


def test_an_answer_that_does_the_same_is_not_checked_again(
    graded: Graded, remembering: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert graded(SOLUTION).passed
    with no_process_of_checks(remembering, monkeypatch):
        assert graded(SOLUTION).passed
        reordered = "import torch as another_name\n\n" + SOLUTION
        assert graded(reordered).passed, "other lines, the same replies"
        chatty = changed("batch, time, channels = x.shape", 'batch, time, channels = x.shape; print("hello")')
        assert graded(chatty).passed, "what is printed decides nothing"


def test_own_words_of_a_refusal_need_no_check_and_wrong_ones_fail(
    graded: Graded, remembering: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert graded(SOLUTION).passed
    refusal = next(line for line in SOLUTION.splitlines() if "raise ValueError" in line and "group" in line)
    indent = refusal[: len(refusal) - len(refusal.lstrip())]
    own = changed(refusal, f'{indent}raise ValueError(f"a group of {{group}}, really?")')
    with no_process_of_checks(remembering, monkeypatch):
        assert graded(own).passed
    wordless = changed(refusal, f'{indent}raise ValueError("no")')
    result = graded(wordless)
    assert not result.passed
    assert any("does not name" in (check.finding.difference or "") for check in result.checks)


def test_a_forgotten_f_is_told_of_the_message_that_lacks_it(graded: Graded) -> None:
    assert graded(SOLUTION).passed
    for refusal in ('"group {self.group}"', '"group {group}"', '"no"', '"group {self.group}"'):
        result = graded(changed('f"group must be at least 1, got {group}"', refusal))
        told = " ".join(check.finding.difference or "" for check in result.checks)
        held = refusal.partition("{")[2].partition("}")[0]
        assert (f"it holds {{{held}}} itself" in told) == bool(held)
        assert told.count("is the f before its quotes missing?") == bool(held) * told.count("does not name the value")


def test_a_finding_shows_the_lines_of_its_own_answer(graded: Graded) -> None:
    assert graded(SOLUTION).passed
    for spelling in ("x.reshape(batch)", "x.reshape((batch,))", "torch.reshape(x, (batch,))", "x.reshape(batch)"):
        result = graded(changed(ORDERED, spelling))
        shown = "".join(check.finding.traceback or "" for check in result.checks)
        assert f"joined = {spelling}" in shown


def test_an_answer_that_changes_its_mind_late_is_found_out(graded: Graded) -> None:
    assert graded(SOLUTION).passed
    for calls in (1, 3, 17, 40):
        late = changed(f"{ORDERED})[-1]", f"{ORDERED} * (len(CALLS) != {calls}))[-1]", fickle())
        assert not graded(late).passed


def test_known_mistakes_in_turn_are_told_as_without_memory(graded: Graded) -> None:
    answers = list(wrong_answers(FLATTEN).values())[:: 1 if os.environ.get("KATA_EVERY") else 5]
    for text in [*answers, *answers[::-1]]:
        assert not graded(text).passed


def test_references_stand_in_as_without_memory(remembering: Workers, tmp_path: Path) -> None:
    interleaved = changed(ORDERED, "x.transpose(1, 2).reshape(batch, time // self.group, self.group * channels)")
    for number, text in enumerate([interleaved, SOLUTION, interleaved, interleaved]):
        folder = tmp_path / f"standing{number}"
        shutil.copytree(paths.checkout().solutions, folder, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / FLATTEN.file).write_text(text)
        flatten, fusion = run.last(run.grade(read_folder(folder), CHOSEN, remembering, shrink=False)).exercises
        assert fusion.passed
        stands_on = {name for check in fusion.checks for name in check.stands_on}
        assert stands_on == (set() if text is SOLUTION else {FLATTEN.name})
        assert flatten.passed == (text is SOLUTION)


NORM = "BatchNorm1d(out_features) if normalize else None"
IMPORT = "from .ex06_batch_norm import BatchNorm1d\n"
ON_REFERENCES = {
    "the solution": {},
    "a class of its own": {
        IMPORT: f"{IMPORT}\n\nclass Own(BatchNorm1d):\n    pass\n",
        NORM: NORM.replace("BatchNorm1d", "Own"),
    },
    "one norm for all": {IMPORT: f"{IMPORT}\nNORM = BatchNorm1d(3)\n", NORM: "NORM if normalize else None"},
    "a norm of an earlier check": {
        IMPORT: f"{IMPORT}\nNORMS = {{}}\n",
        NORM: "NORMS.setdefault(out_features, BatchNorm1d(out_features)) if normalize else None",
    },
    "no norm": {NORM: "None"},
}


@pytest.mark.parametrize("given", [(FLATTEN.name, "ex06_batch_norm"), ("ex06_batch_norm",)], ids=["both", "norm"])
def test_what_an_assignment_gives_is_remembered_too(
    given: tuple[str, ...], forgetful: Workers, remembering: Workers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """References stand for exercises that are not the learner's; an answer may keep them, or build on them."""

    def graded(name: str, workers: Workers) -> ExerciseResult:
        submission = Submission(tmp_path / name, name, given)
        return without_seconds(run.last(run.grade(submission, [FUSION], workers, shrink=False)).exercises[0])

    for name, changes in ON_REFERENCES.items():
        text = FUSION.solution.read_text()
        for old, new in changes.items():
            text = changed(old, new, text)
        (tmp_path / name).mkdir()
        (tmp_path / name / FUSION.file).write_text(text)
        (tmp_path / name / FLATTEN.file).write_text(SOLUTION)
        assert graded(name, remembering) == graded(name, forgetful), name
    with no_process_of_checks(remembering, monkeypatch):
        assert graded("the solution", remembering).passed
        assert graded("a class of its own", remembering).passed


def test_a_slow_reply_is_waited_for_by_the_check(graded: Graded) -> None:
    assert graded(SOLUTION).passed
    slow = "import time as clock\n" + changed(
        "CALLS.append(1)", "CALLS.append(1), clock.sleep(1.3 * (len(CALLS) == 9))", fickle()
    )
    assert graded(slow).passed


def test_an_answer_that_never_replies_is_told_where_it_is(graded: Graded) -> None:
    assert graded(SOLUTION).passed
    hanging = changed("CALLS.append(1)", "exec('while len(CALLS) == 30: pass'), CALLS.append(1)", fickle())
    limits = Limits(check_seconds=3)
    late = [check for check in graded(hanging, limits=limits).checks if check.finding.status == "timeout"]
    assert late and all(check.finding.example for check in late)


def test_an_answer_that_ends_its_process_loses_that_check_alone(graded: Graded) -> None:
    assert graded(SOLUTION).passed
    dying = "import os\n" + changed("CALLS.append(1)", "len(CALLS) == 30 and os._exit(0), CALLS.append(1)", fickle())
    statuses = [check.finding.status for check in graded(dying).checks]
    assert statuses.count("error") >= 1 and "passed" in statuses


def fickle() -> str:
    """The solution, which notes its calls."""
    noting = changed("class FlattenConsecutive", "CALLS = []\n\n\nclass FlattenConsecutive")
    return changed(ORDERED, f"(CALLS.append(1), {ORDERED})[-1]", noting)


def test_an_answer_that_keeps_what_a_check_gave_it_is_checked_without_memory(tmp_path: Path) -> None:
    training = by_number(9)
    text = changed("def train(", "KEPT = []\n\n\ndef train(", training.solution.read_text())
    text = changed("losses = []", "losses = []\n    KEPT.append(learning_rate)\n    KEPT[0](0)", text)
    shutil.copytree(paths.checkout().solutions, tmp_path / "answers", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "answers" / training.file).write_text(text)
    results = []
    for many in (True, False):
        with Workers([training], sandbox=True, accept_weak=True, many=many) as workers:
            for _ in range(1 + many):
                result = run.last(run.grade(read_folder(tmp_path / "answers"), [training], workers, shrink=False))
                results.append(without_seconds(result.exercises[0]))
    assert results[0] == results[1] == results[2]


RANDOM = '''
import time

import pytest


@pytest.mark.worth(1, "shape")
def test_never_the_same_twice(answers):
    """Whatever the group is, it is kept."""
    group = time.time_ns() % 1_000_000_000 + 1
    assert answers.ex05_flatten_consecutive.FlattenConsecutive(group) is not None
'''


def test_a_hidden_check_that_never_says_the_same_twice_is_run_each_time(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / f"test_{FLATTEN.name}.py").write_text(RANDOM)
    for number in range(4):
        (tmp_path / "class" / f"s{number}").mkdir(parents=True)
        shutil.copy(FLATTEN.solution, tmp_path / "class" / f"s{number}")
    options = ["--out", tmp_path / "out", "--only", "5", "--hidden", hidden, "--jobs", "1"]
    done = grade("class", tmp_path / "class", *options)
    assert done.returncode == 0, done.stderr
    for number in range(4):
        result = json.loads((tmp_path / "out" / f"s{number}" / "result.json").read_text())
        assert all(check["status"] == "passed" for check in result["exercises"][0]["checks"])


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation_cache, "MOST_BYTES", 0)
    with Workers(CHOSEN, sandbox=True, accept_weak=True, many=True) as full:
        folder = paths.checkout().solutions
        for _ in range(2):
            (result,) = run.last(run.grade(read_folder(folder), [FLATTEN], full, shrink=False)).exercises
            assert result.passed
        with no_process_of_checks(full, monkeypatch), pytest.raises(UsageError, match="a check was run"):
            run.last(run.grade(read_folder(folder), [FLATTEN], full, shrink=False))
