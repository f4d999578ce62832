"""The process that runs the learner's `trace_fusion` once: the order on standard input, a record on what was output."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from grader.checking import explain
from grader.checking.answers import Answers
from grader.checking.examples import Failure
from grader.checking.worker import Records


def main() -> None:
    """Take the order, run the answer, tell what came of it."""
    records = Records(os.dup(1))
    os.dup2(2, 1)
    order = json.loads(sys.stdin.readline())
    exercise = order["exercise"]
    answers = Answers(Path(order["folder"]), [exercise])
    answers.take(Path(order["folder"]))
    try:
        trace = getattr(answers, exercise).trace_fusion(*(np.array(argument) for argument in order["arguments"]))
        records.send(joined=_numbers(trace.joined), summed=_numbers(trace.summed), fused=_numbers(trace.fused))
    except BaseException as raised:
        found = explain.finding(Failure.now(raised), exercise=exercise)
        records.send(failed=found.difference, traceback=found.traceback, status=found.status)
    sys.stdout.flush()
    os._exit(0)  # no exit handler, thread or finaliser of the answer runs


def _numbers(array: Any) -> list[float]:
    return [float(number) for number in np.asarray(array, dtype=np.float64).ravel()]


if __name__ == "__main__":
    main()
