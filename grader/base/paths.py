"""Where things lie in the checkout that is worked in. Nothing here reads them."""

import contextlib
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

T = TypeVar("T")


@dataclass(frozen=True)
class Checkout:
    """A checkout of the kata, or a handout: its root folder, where its parts lie, and what was read of it once."""

    root: Path
    read: dict[Callable[[], Any], Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def exercises(self) -> Path:
        """Lessons and stubs: the learner's own folder."""
        return self.root / "exercises"

    @property
    def solutions(self) -> Path:
        """The solutions; a handout has none."""
        return self.root / "solutions"

    @property
    def checks(self) -> Path:
        """The checks of the exercises."""
        return self.root / "tests" / "checks"

    @property
    def data(self) -> Path:
        """The corpora."""
        return self.root / "data"

    @property
    def state(self) -> Path:
        """What is remembered between commands; it may not be there yet."""
        return self.root / ".grade"


_in_use = Checkout(Path(__file__).resolve().parents[2])


def checkout() -> Checkout:
    """The checkout that is worked in: the one that this code lies in, unless `use` names another."""
    return _in_use


@contextlib.contextmanager
def use(other: Checkout) -> Iterator[None]:
    """Work in another checkout, in all threads of this process, until the end of the block."""
    global _in_use
    before, _in_use = _in_use, other
    try:
        yield
    finally:
        _in_use = before


def once(reading: Callable[[], T]) -> Callable[[], T]:
    """Have a function that reads the checkout called once for each checkout; what it returned is kept."""

    @functools.wraps(reading)
    def kept() -> T:
        read = checkout().read
        if reading not in read:
            read[reading] = reading()
        return cast(T, read[reading])

    return kept


def shown(path: Path) -> str:
    """Write a path as a person would: relative to the current folder where it is inside it."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)
