"""Which known mistakes do just what an answer was seen to do: each is run through the same checks, on the same inputs.

This runs in a process that holds the bank and no answer of a learner's.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pytest

from grader.answers.local_answers import Answers
from grader.engine import pytest_plugin
from grader.engine.observation import alike
from grader.kata import curriculum, footprints, mistakes, references
from grader.kata.footprints import Footprint
from grader.kata.mistakes import Mistake

PASSED_EXAMPLES = 8  # of a check that the answer passed; all 20 would take twice the time

Observations = dict[str, dict[str, Any] | None]


def agreeing(
    name: str, items: Sequence[pytest.Item], answers: Answers, observations: Observations
) -> list[dict[str, str]]:
    """Find the mistakes of an exercise that every check sees as it saw the answer.

    Args:
        name: the exercise.
        items: its checks, seeded as they were for the answer.
        answers: through which they reach the mistakes; earlier exercises are the references.
        observations: of each check that told something: what it saw, or None where it passed.

    Returns:
        What a learner is told of each, as `results.Cause` has it.
    """
    exercise = curriculum.find([name])[0]
    answers.take_references()
    getattr(answers, name)  # and with it what it builds on
    solution = references.solution(name)
    assert solution is not None
    failed = [check for check, seen in observations.items() if seen]
    passed = observations.keys() - failed
    known = footprints.read(exercise)
    suspects = [
        Suspect(mistakes.read(exercise, mistake, text), solution, answers, name, known.get(mistake))
        for mistake, text in mistakes.texts(exercise).items()
        if mistake not in known or known[mistake].fits(failed, passed)
    ]
    for item in _telling_first(items, observations):
        seen = observations[item.stash[pytest_plugin.CHECK].name]
        suspects = [suspect for suspect in suspects if suspect.agrees(item, seen)]
        if not suspects:
            break
    return [asdict(suspect.mistake.cause) for suspect in suspects]


class Suspect:
    """A mistake of the bank that has agreed so far."""

    def __init__(
        self, mistake: Mistake, solution: str, answers: Answers, name: str, footprint: Footprint | None
    ) -> None:
        self.mistake, self._answers, self._name, self._footprint = mistake, answers, name, footprint
        self._module = answers.module(name, mistake.code(solution))

    def agrees(self, item: pytest.Item, seen: dict[str, Any] | None) -> bool:
        """Whether a check sees this mistake as it saw the answer: it fails on the same example, or on none."""
        check = item.stash[pytest_plugin.CHECK].name
        if seen is None and self._footprint is not None and check not in self._footprint.sometimes:
            return True  # the mistake passes it at every seed
        self._answers.put(self._name, self._module)
        failure = pytest_plugin.glance(item, self._answers.runner, most=seen["example"] if seen else PASSED_EXAMPLES)
        return alike(failure.observation if failure else None, seen)


def _telling_first(items: Sequence[pytest.Item], observations: Observations) -> list[pytest.Item]:
    """The checks in an order that rules out most mistakes soonest: failed ones, shortest first, then passed ones."""
    known = [item for item in items if item.stash[pytest_plugin.CHECK].name in observations]

    def examples(item: pytest.Item) -> tuple[bool, int]:
        seen = observations[item.stash[pytest_plugin.CHECK].name]
        return seen is None, seen["example"] if seen else 0

    return sorted(known, key=examples)
