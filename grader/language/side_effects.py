"""What an answer must leave as it was: its arguments, and the global random states."""

import contextlib
import copy
from collections.abc import Iterator
from typing import Any

from grader.language.call_record import RECORD
from grader.language.comparisons import Mismatch, same

__tracebackhide__ = True  # pytest ends its traceback at the check's own line


@contextlib.contextmanager
def leaves_alone(answers: Any, **arguments: Any) -> Iterator[None]:
    """Expect that the block changes none of the arguments named, and draws nothing from the global random state."""
    before = {name: copy.deepcopy(value) for name, value in arguments.items()}
    # A state that no answer's own seed has left: seeding twice alike would show no change.
    with answers.seeded(271_828) as moved:
        RECORD.watching = True
        try:
            yield
        finally:
            RECORD.watching = False
    for name, value in arguments.items():
        try:
            same(value, before[name])
        except Mismatch as mismatch:
            difference = f"the argument `{name}` was changed: {mismatch.difference}"
            raise Mismatch(difference, expected=mismatch.expected, got=mismatch.got) from None
    if moved:
        raise Mismatch(
            f"the global random state of {moved[0]} was touched",
            expected="the global random state as it was",
            got=f"{moved[0]}'s global generator has moved on",
        )
