"""The folders of the checkout in use. Nothing here reads files."""

import contextlib
import functools
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

T = TypeVar("T")


@dataclass(frozen=True)
class Checkout:
    """A checkout of the kata or a handout: its folders, and a cache of what was read from it (`once`)."""

    root: Path
    read: dict[Callable[[], Any], Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def exercises(self) -> Path:
        """Lessons and stubs: the folder that the learner works in."""
        return self.root / "exercises"

    @property
    def solutions(self) -> Path:
        """The solutions. A handout has none."""
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
        """State kept between commands. The folder may not exist yet."""
        return self.root / ".grade"


_in_use = Checkout(Path(__file__).resolve().parents[2])


def checkout() -> Checkout:
    """Return the checkout in use: the one that contains this code, unless `use` has set another."""
    return _in_use


@contextlib.contextmanager
def use(other: Checkout) -> Iterator[None]:
    """Use another checkout in all threads of this process until the block ends."""
    global _in_use
    before, _in_use = _in_use, other
    try:
        yield
    finally:
        _in_use = before


def once(reading: Callable[[], T]) -> Callable[[], T]:
    """Cache the result of a function without arguments, once per checkout."""

    @functools.wraps(reading)
    def kept() -> T:
        read = checkout().read
        if reading not in read:
            read[reading] = reading()
        return cast(T, read[reading])

    return kept


def shown(path: Path) -> str:
    """Write a path relative to the current folder if it is inside it."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def command(program: str) -> str:
    """Write a program of this environment as one types it: by its name if it is on PATH, or else with its folder."""
    own, found = Path(sys.executable).with_name(program), shutil.which(program)
    return program if found is not None and Path(found) == own else shlex.quote(shown(own))
