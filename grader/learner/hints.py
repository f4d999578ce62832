"""`grade hint`: the next hint of an exercise, one more at each call, from a small hint to nearly the answer."""

from dataclasses import dataclass

from grader.kata.curriculum import Exercise
from grader.learner.state import State


@dataclass(frozen=True)
class Hint:
    """A hint, its number from 1, and the number of hints."""

    text: str
    number: int
    count: int


def next_hint(exercise: Exercise, state: State) -> Hint:
    """Return the next hint; after the last one, the last one again."""
    number = min(state.hints.get(exercise.name, 0) + 1, len(exercise.hints))
    state.hints[exercise.name] = number
    return Hint(exercise.hints[number - 1], number, len(exercise.hints))


def all_hints(exercise: Exercise, state: State) -> list[Hint]:
    """Return all hints."""
    count = len(exercise.hints)
    state.hints[exercise.name] = count
    return [Hint(text, number, count) for number, text in enumerate(exercise.hints, 1)]
