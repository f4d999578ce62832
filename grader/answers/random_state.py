"""The three global random states of a process (Python, NumPy, torch): seeded temporarily, and compared.

torch and NumPy are looked up, not imported (exercise 1 needs neither).
"""

import contextlib
import ctypes
import random
import sys
from collections.abc import Iterator
from typing import Any

_TWISTER = 4 * 625  # bytes of NumPy's Mersenne twister: 624 numbers and the place among them
_MOST_KNOWN = 16


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed the global random states inside the block, and restore them afterwards."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    before = kept()
    random.seed(seed)
    if numpy:
        _NUMPY.seed(seed % 2**32)
    if torch:
        torch.default_generator.manual_seed(seed)
    try:
        yield
    finally:
        put_back(before)


@contextlib.contextmanager
def torch_seeded(seed: int) -> Iterator[list[str]]:
    """Like `watched`, for torch only, which takes a seventh of the time; used when objects are built."""
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
        found["numpy"] = _NUMPY.state()
    if torch:
        found["torch"] = torch.get_rng_state()
    return found


def put_back(states: dict[str, Any]) -> None:
    """Restore the given global random states from what `kept` saved."""
    put = {"random": random.setstate}
    if "numpy" in sys.modules:
        put["numpy"] = _NUMPY.put_back
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
    if name == "numpy" and one is not other:
        if isinstance(one, dict) or isinstance(other, dict):  # an answer has put a generator of another kind there
            return repr(one) == repr(other)
        return bool(one[1].tobytes() == other[1].tobytes() and one[2:] == other[2:])
    return bool(one == other)


class _NumPy:
    """NumPy's global random state. NumPy reads and writes its 624 numbers one by one, which takes 25 µs each way.

    So a state in which a seed has left it, as nearly always, is known by the bytes that it has in memory. Of any other
    these do not tell whether a number of the normal distribution is left over.
    """

    def __init__(self) -> None:
        self._seeded: dict[bytes, Any] = {}  # states by their bytes

    def seed(self, seed: int) -> None:
        """Seed it."""
        numpy_random = sys.modules["numpy"].random
        numpy_random.seed(seed)
        found = self._bytes()
        if found and found not in self._seeded and len(self._seeded) < _MOST_KNOWN:
            self._seeded[found] = numpy_random.get_state()

    def state(self) -> Any:
        """The state as NumPy gives it."""
        numpy_random = sys.modules["numpy"].random
        if not self._seeded:
            state = numpy_random.RandomState(0).get_state()  # the seed of each example, and of each new process
            self._seeded[state[1].tobytes() + state[2].to_bytes(4, sys.byteorder)] = state
        known = self._seeded.get(self._bytes())
        return numpy_random.get_state() if known is None else known

    def put_back(self, state: Any) -> None:
        """Restore a state from `state`."""
        wanted = next((found for found, known in self._seeded.items() if known is state), None)
        if wanted is not None and self._bytes() in self._seeded and (place := self._place()):
            ctypes.memmove(place, wanted, _TWISTER)
        else:
            sys.modules["numpy"].random.set_state(state)

    def _bytes(self) -> bytes:
        place = self._place()
        return ctypes.string_at(place, _TWISTER) if place else b""

    @staticmethod
    def _place() -> int | None:
        """Return the memory address of its Mersenne twister; None if another generator has replaced it."""
        numpy_random = sys.modules["numpy"].random
        generator = numpy_random.get_bit_generator()
        return int(generator.ctypes.state_address) if type(generator) is numpy_random.MT19937 else None


_NUMPY = _NumPy()
