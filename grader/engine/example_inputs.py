"""The inputs of a check, drawn once for a seed and shown to every answer: hypothesis takes half the time of a check.

As long as an answer passes, what hypothesis tries next does not depend on it; so the inputs can be drawn with no answer
at all. A failing example is the same one, too. Only making it smaller needs hypothesis again.
"""

import copy
from typing import Any

import pytest
from hypothesis.strategies import DataObject

from grader.engine.example_search import Arguments, Settled

NOT_DRAWN = "answers"  # the fixture: comes from pytest, not from hypothesis


def arguments(item: pytest.Function) -> list[Arguments] | None:
    """The arguments of all examples that a passing answer is shown, in order.

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
