"""Side effects that an answer must not have: changed arguments, and touched global random states."""

import contextlib
from collections.abc import Iterator
from typing import Any

from grader.answers.plain_values import copied
from grader.answers.steps import Outcome
from grader.language.comparisons import Mismatch, same
from grader.language.script import SCRIPT, Handle, flags

__tracebackhide__ = True  # pytest ends its traceback at the check's own line


@contextlib.contextmanager
def leaves_alone(**arguments: Any) -> Iterator[None]:
    """Expect that the calls of the block change neither the given arguments nor the global random state."""
    before = {name: copied(value) for name, value in arguments.items()}
    calls: list[tuple[Handle, dict[int | str, str]]] = []
    with flags(watched=(arguments, calls)):
        yield
    for handle, names in calls:

        def as_it_was(outcome: Outcome, names: dict[int | str, str] = names) -> None:
            for place, now in outcome.changed:
                if place in names:
                    _is_unchanged(names[place], now, before[names[place]])
            if outcome.moved:
                raise Mismatch(
                    f"the global random state of {outcome.moved[0]} was touched",
                    expected="the global random state unchanged",
                    got=f"{outcome.moved[0]}'s global generator has changed",
                )

        SCRIPT.ask(as_it_was, handle)


def _is_unchanged(name: str, now: Any, before: Any) -> None:
    try:
        same(now, before)
    except Mismatch as mismatch:
        difference = f"the argument `{name}` was changed: {mismatch.difference}"
        raise Mismatch(difference, expected=mismatch.expected, got=mismatch.got) from None
    raise Mismatch(f"the argument `{name}` was changed", expected=before, got=now)
