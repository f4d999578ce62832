"""What a check has done to the answer, kept as it happens, and written as Python that can be pasted when it fails.

There is one record in a process, `RECORD`: of one example of one check. torch and NumPy are looked up, not imported.
"""

import contextlib
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from grader.base import values_as_text

__tracebackhide__ = True  # pytest ends its traceback at the check's own line


class Record:
    """The calls of one example of one check, kept as values and written as text only when a check fails."""

    def __init__(self) -> None:
        self.seed = 0
        self.watching = False  # whether a check looks at what an answer does to its arguments
        self.accepted: set[str] = set()  # functions of which a right call went through in this check
        self.clear()

    def clear(self) -> None:
        """Forget the last example."""
        self._steps: list[Callable[[Record], list[str]]] = []
        self._names: dict[int, str] = {}
        self._kept: list[Any] = []

    def name(self, thing: Any, base: str) -> str:
        """Give an object the name that later lines use for it."""
        taken = set(self._names.values())
        name = base
        while name in taken:
            name = f"{base}{2 if name == base else int(name.removeprefix(base)) + 1}"
        self._names[id(thing)] = name
        self.keep(thing)
        return name

    def rename(self, original: Any, kept: Any) -> None:
        """Call a frozen argument by the name of the object that it was frozen from."""
        if self.is_named(original):
            self._names[id(kept)] = self._names[id(original)]

    def is_named(self, thing: Any) -> bool:
        """Whether an earlier line gave this object a name."""
        return id(thing) in self._names

    def keep(self, *things: Any) -> None:
        """Keep objects alive until the example ends, so that no id is used twice."""
        self._kept.extend(things)

    def add(self, step: "Callable[[Record], list[str]]") -> None:
        """Keep a step; it writes itself as lines of Python, with the names of the record, when somebody reads them."""
        self._steps.append(step)

    def forget_last(self) -> None:
        """Take the last step back."""
        del self._steps[-1]

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Keep the steps of the block for as long as it lasts: a failure later on does not show what went well here."""
        steps, names = len(self._steps), dict(self._names)
        yield
        del self._steps[steps:]
        self._names = names

    def __len__(self) -> int:
        """How many steps there are."""
        return len(self._steps)

    def words(self, thing: Any) -> str:
        """How a line refers to a value: by its name, as a method of a named object, or as Python."""
        if self.is_named(thing):
            return self._names[id(thing)]
        owner = getattr(thing, "__self__", None)
        if self.is_named(owner):
            return f"{self._names[id(owner)]}.{thing.__name__}"
        return values_as_text.python(thing)

    def arguments(self, args: Sequence[Any], kwargs: dict[str, Any]) -> str:
        """The arguments of a call, as Python."""
        words = [self.words(value) for value in args]
        words += [f"{name}={self.words(value)}" for name, value in kwargs.items()]
        return ", ".join(words)

    def written(self) -> str | None:
        """All steps as Python, one statement a line."""
        return "\n".join(line for step in self._steps for line in step(self)) or None


RECORD = Record()


def begin_check() -> None:
    """Begin a check: nothing has been accepted yet."""
    RECORD.accepted.clear()


def begin() -> None:
    """Begin an example: nothing is recorded yet, and an answer that draws does so alike in every run."""
    RECORD.clear()
    random.seed(0)  # these two as hypothesis seeds them
    if numpy_random := sys.modules.get("numpy.random"):
        numpy_random.seed(0)
    if torch := sys.modules.get("torch"):
        torch.default_generator.manual_seed(RECORD.seed)
