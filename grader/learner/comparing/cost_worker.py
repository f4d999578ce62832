"""The process that measures an answer and the solution (`grade compare`): time and memory of the same call.

Both use the references for what the exercise builds on, so that only this exercise's code differs. The order is one
JSON line on standard input, the record is one line on the original standard output.
"""

import json
import os
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from grader.answers import random_state
from grader.answers.local_answers import Answers
from grader.kata import curriculum
from grader.learner.comparing.workloads import WORKLOADS

ROUND_SECONDS = 0.01  # far above the resolution of the clock and the cost of a call
ALL_SECONDS = 1.5
MOST_ROUNDS = 31

Call = Callable[[], object]


def main() -> None:
    """Read the order, measure, report."""
    out = os.dup(1)
    os.dup2(2, 1)
    order = json.loads(sys.stdin.readline())
    try:
        record = measured(order["exercise"], Path(order["folder"]))
    except BaseException as error:  # the answer may raise anything, although its check passed
        record = {"failed": f"{type(error).__name__}: {error}"}
    os.write(out, json.dumps(record).encode() + b"\n")
    os._exit(0)  # no exit handler, thread or finaliser of the answers runs


def measured(name: str, folder: Path) -> dict[str, Any]:
    """Measure seconds and bytes of one call, for the answer and the solution."""
    lessons = curriculum.lessons()
    ancestors = curriculum.ancestors(next(lesson for lesson in lessons if lesson.name == name))
    answers = Answers(folder, [lesson.name for lesson in lessons])
    calls = []
    for replaced in (ancestors, (*ancestors, name)):
        answers.take(folder, replaced)
        with random_state.seeded(0):
            calls.append(WORKLOADS[name].make(answers))
        calls[-1]()
    return {"seconds": seconds(calls), "bytes": [memory(call) for call in calls]}


def seconds(calls: Sequence[Call]) -> list[float]:
    """Return the median seconds of each call, alternating, so that other load affects all of them."""
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
    once = max(timed(call, 1) for call in calls)
    repeats = max(1, round(ROUND_SECONDS / max(once, 1e-7)))
    taken: list[list[float]] = [[] for _ in calls]
    started = time.perf_counter()
    while len(taken[0]) < MOST_ROUNDS and (not taken[0] or time.perf_counter() - started < ALL_SECONDS):
        for call, times in zip(calls, taken, strict=True):
            times.append(timed(call, repeats))
    return [statistics.median(times) for times in taken]


def timed(call: Call, repeats: int) -> float:
    """Return the seconds per call, over a number of calls."""
    started = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - started) / repeats


def memory(call: Call) -> int:
    """Return the bytes that one call uses: the peak of Python and NumPy, and everything that torch allocates."""
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    call()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    if "torch" not in sys.modules:
        return most - before
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        call()
    allocated = sum(max(event.self_cpu_memory_usage, 0) for event in profiled.events())
    return most - before + allocated


if __name__ == "__main__":
    main()
