"""`grade hint`: the next hint of an exercise, one more at each call, from a nudge to nearly the answer."""

from dataclasses import dataclass

from grader.kata.curriculum import Exercise
from grader.learner.state import State


@dataclass(frozen=True)
class Hint:
    """One hint, its number from 1, and how many there are."""

    text: str
    number: int
    count: int


def next_hint(exercise: Exercise, state: State) -> Hint:
    """Take the next hint; after the last one, the last one again."""
    number = min(state.hints.get(exercise.name, 0) + 1, len(exercise.hints))
    state.hints[exercise.name] = number
    return Hint(exercise.hints[number - 1], number, len(exercise.hints))


def all_hints(exercise: Exercise, state: State) -> list[Hint]:
    """Take all hints."""
    count = len(exercise.hints)
    state.hints[exercise.name] = count
    return [Hint(text, number, count) for number, text in enumerate(exercise.hints, 1)]
