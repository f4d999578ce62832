"""A check that uses an answer in another way than by verbs is told in one line, and costs no learner a point."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import by_number

from grader.answers.steps import Misuse, Name
from grader.base.errors import UsageError
from grader.engine import run
from grader.engine.worker_processes import CAN_FORK, Workers
from grader.kata.submission import Submission
from grader.language import build, call
from grader.language.script import SCRIPT

FUNCTION = Name("ex01_receptive_field", "receptive_field")
WAYS = {
    "an attribute": lambda made: made.real,
    "an item": lambda made: made[0],
    "its length": len,
    "a comparison": lambda made: made == 8,
    "an inequality": lambda made: made != 8,
    "an order": lambda made: made < 8,
    "a truth": bool,
    "a loop": list,
    "a place in it": lambda made: 3 in made,
    "a sum": lambda made: made + 1,
    "a sum from the right": lambda made: 1 + made,
    "a quotient": lambda made: 1 / made,
    "a number": int,
    "a root": math.sqrt,
    "a range": range,
    "a tensor": lambda made: torch.equal(made, torch.ones(3)),
    "a sum of tensors": lambda made: torch.ones(3) + made,
    "an array": np.asarray,
    "a call of what was returned": lambda made: made(3),
    "a call of a name": lambda made: FUNCTION(3),
    "a class that is none": lambda made: build(made, 3),
    "no answer at all": lambda made: call(abs, 3),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_another_way_than_by_verbs_is_refused(monkeypatch: pytest.MonkeyPatch, way: Any) -> None:
    monkeypatch.setattr(SCRIPT, "runner", None)
    SCRIPT.begin()
    with pytest.raises(Misuse):
        way(call(FUNCTION, 3))


CHECK = '''
import pytest
from grader.language import call

@pytest.mark.worth(1)
def test_uses_it(answers):
    """Uses an answer in a way of its own."""
    assert call(answers.ex01_receptive_field.receptive_field, 3) == 8
'''


@pytest.mark.sampled("False")
@pytest.mark.parametrize("sandbox", [False, pytest.param(True, marks=pytest.mark.skipif(not CAN_FORK, reason="Linux"))])
def test_such_a_check_ends_the_run_in_one_line(tmp_path: Path, sandbox: bool) -> None:
    one = by_number(1)
    (tmp_path / one.checks.name).write_text(CHECK)
    submission = Submission(one.solution.parent, "solutions")
    workers = Workers([one], hidden=tmp_path, sandbox=sandbox, accept_weak=sandbox)
    with workers, pytest.raises(UsageError) as told:
        run.last(run.grade(submission, [one], workers))
    assert str(told.value) == (
        "a check of ex01_receptive_field uses an answer in an unsupported way: "
        "an answer's object is used like a value; a check must read it with value() or seen()"
    )
