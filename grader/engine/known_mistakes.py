"""Runs the known mistakes of an exercise through its checks on demand, and remembers what the checks saw.

This runs in a process that contains the bank and no learner's answer.
"""

import collections
import contextlib
import linecache
import signal
import types
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from grader.answers.local_answers import Answers
from grader.engine import pytest_plugin
from grader.engine.observation import Observation
from grader.kata import footprints, mistakes, references
from grader.kata.curriculum import Exercise
from grader.kata.mistakes import Mistake

MOST_SECONDS = 5.0  # CPU seconds for one check of one mistake; none takes a fifth of that


class RunMistakes:
    """The known mistakes of an exercise, run through its checks.

    Args:
        exercise: the exercise.
        items: its checks, seeded as for the answer.
        answers: how they reach the mistakes; earlier exercises are the references.
    """

    def __init__(self, exercise: Exercise, items: Sequence[pytest.Item], answers: Answers) -> None:
        self.exercise, self._answers = exercise, answers
        self._items = {item.stash[pytest_plugin.CHECK].name: item for item in items}
        self._footprints = footprints.read(exercise)
        self._ways: dict[str, tuple[Mistake, int]] = {}
        for mistake in mistakes.of(exercise):
            for number, label in enumerate(mistake.labels):
                self._ways[label] = mistake, number
        solution = references.solution(exercise.name)
        assert solution is not None
        self._solution = solution
        self._modules: dict[str, types.ModuleType] = {}
        self._seen: dict[tuple[str, str], _Seen] = {}
        self._stateful: set[str] = set()  # mistakes that keep something between two calls
        self.prepare()

    def prepare(self) -> None:
        """Make the references, and then this bank, available to the checks."""
        self._answers.take_references()
        getattr(self._answers, self.exercise.name)  # and what it builds on

    def next_answer(self) -> None:
        """Prepare for another answer: mistakes that keep something between calls start from the beginning."""
        for label in self._stateful:
            self._modules.pop(label, None)
        self._seen = {key: seen for key, seen in self._seen.items() if key[0] not in self._stateful}

    def labels(self) -> Iterable[str]:
        """List each version of each mistake."""
        return self._ways

    def mistake(self, name: str) -> Mistake:
        """Return the mistake with this name."""
        return self._ways[name][0]

    def always_fails(self, label: str) -> Collection[str]:
        """Return the checks that it fails with every seed: none if it has no footprint yet."""
        known = self._footprints.get(label)
        return known.always & self._items.keys() if known else ()

    def may_fail(self, label: str) -> Collection[str]:
        """Return the checks that it fails with some seed: any if it has no footprint yet."""
        known = self._footprints.get(label)
        return (known.always | known.sometimes) & self._items.keys() if known else self._items.keys()

    def seen(self, label: str, check: str, most: int | None = None) -> Observation | None:
        """What a check sees of it with this run's seed; None if it passes the first `most` examples (None: all)."""
        seen = self._seen.get((label, check))
        if seen is None or not seen.covers(most):
            seen = self._seen[label, check] = _Seen(self._observe(label, check, most), most)
        return seen.within(most)

    def _observe(self, label: str, check: str, most: int | None) -> Observation | None:
        mistake, number = self._ways[label]
        code = mistake.code(self._solution, number)
        if label not in self._modules:
            self._modules[label] = self._answers.module(self.exercise.name, code)
        linecache.cache[self.exercise.file] = len(code), None, code.splitlines(keepends=True), self.exercise.file
        module = self._modules[label]
        self._answers.put(self.exercise.name, module)
        before = _state_of(module)
        with at_most(MOST_SECONDS):
            failure = pytest_plugin.glance(self._items[check], self._answers.runner, most)
        if _state_of(module) != before:
            self._stateful.add(label)
        return failure.observation if failure else None


@dataclass(frozen=True)
class _Seen:
    """What a check saw of a mistake, after some examples at most (None: all)."""

    observation: Observation | None
    most: int | None

    def covers(self, most: int | None) -> bool:
        """Return whether it answers for so many examples."""
        return self.observation is not None or self.most is None or (most is not None and most <= self.most)

    def within(self, most: int | None) -> Observation | None:
        """Return what is seen within so many examples."""
        late = self.observation is not None and most is not None and self.observation["example"] > most
        return None if late else self.observation


def _state_of(module: types.ModuleType) -> list[tuple[str, int, object]]:
    """Describe what a module, its classes and its functions hold, so that a change shows."""
    owners: list[Any] = [module]
    for thing in vars(module).values():
        if isinstance(thing, type | types.FunctionType) and thing.__module__ == module.__name__:
            owners += [thing, *(each for each in vars(thing).values() if isinstance(each, types.FunctionType))]
    held = [(name, thing) for owner in owners for name, thing in vars(owner).items()]
    held += [
        ("default", value)
        for owner in owners
        if isinstance(owner, types.FunctionType)
        for value in (*(owner.__defaults__ or ()), *(owner.__kwdefaults__ or {}).values())
    ]
    return [(name, id(thing), _contents(thing)) for name, thing in held]


def _contents(thing: Any) -> object:
    """Return what changes with the contents of a container or a tensor; None for anything else."""
    if isinstance(thing, list | dict | set | collections.deque):
        return [id(each) for each in thing], len(thing)
    return getattr(thing, "_version", None)  # torch counts the changes of a tensor


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TimeoutError inside the block after this CPU time, and again where it is caught, on systems that can."""
    if not hasattr(signal, "setitimer"):  # Windows
        yield
        return

    def late(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
