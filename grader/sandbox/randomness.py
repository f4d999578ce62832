"""The three global random states of a process, Python's, NumPy's and torch's: seeded for a while, and compared.

torch and NumPy are looked up, not imported (exercise 1 needs neither).
"""

import contextlib
import hashlib
import random
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed the global random state inside the block, and put it back after it."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    python_state = random.getstate()
    numpy_state = numpy.random.get_state() if numpy else None
    torch_state = torch.get_rng_state() if torch else None
    random.seed(seed)
    if numpy:
        numpy.random.seed(seed % 2**32)
    if torch:
        torch.default_generator.manual_seed(seed)
    try:
        yield
    finally:
        random.setstate(python_state)
        if numpy:
            numpy.random.set_state(numpy_state)
        if torch:
            torch.set_rng_state(torch_state)


def states() -> dict[str, str]:
    """A digest of each global random state, to be compared."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    found = {"random": repr(random.getstate()).encode()}
    if numpy:
        kind, keys, *rest = numpy.random.get_state()
        found["numpy"] = repr((kind, *rest)).encode() + keys.tobytes()
    if torch:
        found["torch"] = torch.get_rng_state().numpy().tobytes()
    return {name: hashlib.sha256(state).hexdigest() for name, state in found.items()}
