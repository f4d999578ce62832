"""The worker's side of an `own_process`: reads the order, carries it out, reports errors of the answers."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from grader.answers.local_answers import Answers
from grader.base.json_lines import Records
from grader.engine import explanations
from grader.engine.example_search import Failure
from grader.kata import curriculum


def carry_out(work: Callable[[dict[str, Any], Records], None], exercise: str = "") -> NoReturn:
    """Carry out the order on standard input, then end the process.

    Args:
        work: takes the order, and tells what it finds on what was standard output; what answers print goes to errors.
        exercise: the one whose code runs, if it is one.
    """
    records = Records(os.dup(1))
    os.dup2(2, 1)
    order = json.loads(sys.stdin.readline())
    try:
        work(order, records)
    except BaseException as raised:
        found = explanations.finding(Failure.now(raised), exercise=exercise)
        records.send(failed=found.difference, traceback=found.traceback, status=found.status)
    sys.stdout.flush()
    os._exit(0)  # no exit handler, thread or finaliser of the answers runs


def answers_of(order: dict[str, Any], *references: str) -> Answers:
    """Return the learner's answers in the folder of an order.

    The solutions are used for the given exercises, for the order's `standing_on`, and for `references`.
    """
    folder = Path(order["folder"])
    answers = Answers(folder, [lesson.name for lesson in curriculum.lessons()])
    answers.take(folder, [*curriculum.given(), *order.get("standing_on", ()), *references])
    return answers
