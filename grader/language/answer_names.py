"""What a check receives: `answers.ex05_flatten_consecutive.FlattenConsecutive` refers to a class without running
anything.
"""

from collections.abc import Collection

from grader.answers.steps import Name


class Answers:
    """The exercises, by name.

    Args:
        names: of all exercises.
    """

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(names)

    def __getattr__(self, name: str) -> "Answer":
        if name.startswith("_") or name not in self._names:
            raise AttributeError(f"there is no exercise {name!r}", name=name)
        return Answer(name)


class Answer:
    """One exercise: the functions and classes that it defines, by name."""

    def __init__(self, exercise: str) -> None:
        self._exercise = exercise

    def __getattr__(self, name: str) -> Name:
        if name.startswith("__"):
            raise AttributeError(name)
        return Name(self._exercise, name)
