"""Where commands get their worker processes: each starts its own, unless `cli.run` was given another supply."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from grader.engine.worker_processes import Workers
from grader.kata.curriculum import Exercise

# Gives workers for the exercises chosen, with the options of `Workers`; the command closes them.
Supply = Callable[..., Workers]

_supply: Supply = Workers


def workers(chosen: Sequence[Exercise], **options: Any) -> Workers:
    """Workers for the exercises chosen, with the options of `Workers`. Close them, or use `with`."""
    return _supply(chosen, **options)


@contextlib.contextmanager
def taken_from(supply: Supply) -> Iterator[None]:
    """Have commands take their workers from this supply, in all threads, until the end of the block."""
    global _supply
    before, _supply = _supply, supply
    try:
        yield
    finally:
        _supply = before
