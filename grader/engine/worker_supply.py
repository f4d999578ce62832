"""Provides worker processes for commands. Each command starts its own, unless `cli.run` was given another supply."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from grader.engine.worker_processes import Workers
from grader.kata.curriculum import Exercise

# Takes the chosen exercises and the options of `Workers`. The command closes the workers it gets.
Supply = Callable[..., Workers]

_supply: Supply = Workers


def workers(chosen: Sequence[Exercise], **options: Any) -> Workers:
    """Return workers for the chosen exercises, with the options of `Workers`. Close them, or use `with`."""
    return _supply(chosen, **options)


@contextlib.contextmanager
def taken_from(supply: Supply) -> Iterator[None]:
    """Use another supply in all threads of this process until the block ends."""
    global _supply
    before, _supply = _supply, supply
    try:
        yield
    finally:
        _supply = before
