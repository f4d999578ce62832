"""The three global random states of a process (Python, NumPy, torch): seeded temporarily, and compared.

torch and NumPy are looked up, not imported (exercise 1 needs neither).
"""

import contextlib
import random
import sys
from collections.abc import Callable, Iterator
from typing import Any


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed the global random states inside the block, and restore them afterwards."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    before = kept()
    random.seed(seed)
    if numpy:
        numpy.random.seed(seed % 2**32)
    if torch:
        torch.default_generator.manual_seed(seed)
    try:
        yield
    finally:
        put_back(before)


@contextlib.contextmanager
def torch_seeded(seed: int) -> Iterator[list[str]]:
    """Like `watched`, for torch only, which takes a thirtieth of the time."""
    torch, moved = sys.modules.get("torch"), list[str]()
    if torch is None:
        yield moved
        return
    state = torch.get_rng_state()
    torch.default_generator.manual_seed(seed)
    seeded_state = torch.get_rng_state()
    try:
        yield moved
    finally:
        if not _alike("torch", torch.get_rng_state(), seeded_state):
            moved.append("torch")
        torch.set_rng_state(state)


@contextlib.contextmanager
def watched(seed: int) -> Iterator[list[str]]:
    """Like `seeded`; after the block the list contains the random states that were touched."""
    names: list[str] = []
    with seeded(seed):
        before = kept()
        try:
            yield names
        finally:
            names += moved(before)


def kept() -> dict[str, Any]:
    """Save each global random state as plain values."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    found: dict[str, Any] = {"random": random.getstate()}
    if numpy:
        found["numpy"] = numpy.random.get_state()
    if torch:
        found["torch"] = torch.get_rng_state()
    return found


def put_back(states: dict[str, Any]) -> None:
    """Restore the given global random states from what `kept` saved."""
    put: dict[str, Callable[[Any], object]] = {"random": random.setstate}
    if numpy := sys.modules.get("numpy"):
        put["numpy"] = numpy.random.set_state
    if torch := sys.modules.get("torch"):
        put["torch"] = torch.set_rng_state
    for name, state in states.items():
        put[name](state)


def moved(before: dict[str, Any]) -> list[str]:
    """List the global random states that differ from the saved ones; ignore libraries imported since then."""
    return [name for name, now in kept().items() if name in before and not _alike(name, now, before[name])]


def _alike(name: str, one: Any, other: Any) -> bool:
    if name == "torch":
        return bool(one.numpy().tobytes() == other.numpy().tobytes())
    if name == "numpy":
        if isinstance(one, dict) or isinstance(other, dict):  # an answer has put a generator of another kind there
            return repr(one) == repr(other)
        return bool(one[1].tobytes() == other[1].tobytes() and one[2:] == other[2:])
    return bool(one == other)
