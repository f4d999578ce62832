"""The process that finds causes is kept, remembers how mistakes behave, and is replaced if it dies."""

import os
import signal
from pathlib import Path

import pytest
from conftest import by_number

from grader.base.results import Causes
from grader.course import prove
from grader.engine.cancellation import Cancellation
from grader.engine.cause_finder import CauseFinder
from grader.engine.process import Process
from grader.engine.requests import FindMistakes, Observed
from grader.engine.worker_processes import CAN_FORK, Workers

FIVE = by_number(5)


@pytest.mark.skipif(not CAN_FORK, reason="processes are kept where they fork")
def test_one_process_answers_all_questions_about_an_exercise_and_a_dead_one_is_replaced() -> None:
    trials = {trial.name: trial for trial in prove.of_mistakes(FIVE)}
    with Workers([FIVE], many=True) as workers:
        started: list[Process] = []
        finder = workers.causes
        start = finder._start
        finder._start = lambda request: started.append(start(request)) or started[-1]  # type: ignore[func-returns-value]
        for name in ("newest-first", "interleaved-channels", "newest-first"):
            _, causes = trials[name].result(workers, diagnose=True)
            assert {cause.name for cause in causes.by_check.values()} == {name}
        assert len(started) == 1
        os.kill(started[0]._number or 0, signal.SIGKILL)
        _, causes = trials["newest-first"].result(workers, diagnose=True)
        assert {cause.name for cause in causes.by_check.values()} == {"newest-first"}
        assert len(started) == 2


@pytest.mark.prove
@pytest.mark.parametrize(
    ("number", "names"),
    [
        (3, ["results-kept-between-calls"] * 2),
        (5, ["group-shared-by-all-layers"] * 2),
        (10, ["word-as-a-list", "one-list-for-all-words", "word-as-a-list", "one-list-for-all-words"]),
        (11, ["copy-of-the-tree-kept"] * 2),
    ],
)
def test_a_mistake_that_keeps_something_is_named_the_same_after_other_answers(number: int, names: list[str]) -> None:
    exercise = by_number(number)
    trials = {trial.name: trial for trial in prove.of_mistakes(exercise)}
    with Workers([exercise], many=True) as workers:
        found = [{c.name for c in trials[name].result(workers, diagnose=True)[1].by_check.values()} for name in names]
    assert found == [{name} for name in names]


def test_of_more_processes_than_it_keeps_the_one_unused_for_longest_is_ended(tmp_path: Path) -> None:
    ended: list[int] = []

    def start(request: FindMistakes) -> Process:
        ours, theirs = os.pipe()
        os.write(theirs, b'{"causes": {}, "alone": []}\n' * 3)
        os.close(theirs)
        return Process(
            os.fdopen(ours, "rb"), lambda _: ended.append(request.seed), questions=(tmp_path / "asked").open("ab")
        )

    finder = CauseFinder(start, most=2)
    for seed in (1, 2, 1, 3):
        assert finder.causes(FindMistakes("ex05", seed, 0), Observed({}, ()), Cancellation()) == Causes({})
    assert ended == [2]
