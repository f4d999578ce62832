"""The inputs of a check, generated once per seed for all answers, because hypothesis takes half the time of a check.

For a passing answer, the inputs do not depend on the answer, so they can be generated without one. The first failing
example is the same, too; only shrinking it needs hypothesis again.
"""

import copy
from typing import Any

import pytest
from hypothesis.strategies import DataObject

from grader.engine.example_search import Arguments, Settled

NOT_DRAWN = "answers"  # the fixture, which comes from pytest, not from hypothesis


def arguments(item: pytest.Function) -> list[Arguments] | None:
    """Generate the arguments of all examples for a passing answer, in order.

    None where they cannot be known beforehand: the check draws more while it runs, or draws what cannot be copied.

    Args:
        item: the check, seeded; nothing of an answer is run.
    """
    test = item.obj.hypothesis
    watched, kept = test.inner_test, list[Arguments]()

    def keep(**given: Any) -> None:
        given.pop(NOT_DRAWN, None)
        if any(isinstance(value, DataObject) for value in given.values()):
            raise Settled
        kept.append(given)

    test.inner_test = keep
    try:
        item.obj(**{NOT_DRAWN: None})
        for given in kept:
            copy.deepcopy(given)
    except (Settled, TypeError):
        return None
    finally:
        test.inner_test = watched
    return kept
