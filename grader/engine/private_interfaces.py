"""All that the grader uses of hypothesis and pytest without their promise that it stays; each has a test of its own."""

from collections.abc import Callable
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from hypothesis.internal.conjecture import providers


def leave_source_constants_out() -> None:
    """Keep hypothesis from mixing constants of imported modules' source into its inputs.

    With the same seed two answers would get different inputs, and files would be written (`.hypothesis/`).
    """
    if hasattr(providers, "_get_local_constants"):
        providers._get_local_constants = lambda: providers._local_constants


def leave_database_key_out(test: Any) -> None:
    """Save hypothesis the 3 ms per check that the key of its database takes; there is no database."""
    test._hypothesis_internal_database_key = b""


def watch_examples(test: Any, watched: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Replace the function that hypothesis calls for each example by a wrapper of it."""
    test.hypothesis.inner_test = watched(test.hypothesis.inner_test)


def run_with_fixtures(item: pytest.Item) -> list[pytest.TestReport]:
    """Run one collected test as pytest does, with its fixtures, without logging its reports.

    Raises:
        BaseException: what the test raises to stop pytest; the fixtures are torn down before.
    """
    try:
        return runtestprotocol(item, log=False, nextitem=None)
    except BaseException:  # also pytest.exit; it is raised again
        item.session._setupstate.teardown_exact(None)
        raise
