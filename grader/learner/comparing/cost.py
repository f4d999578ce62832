"""Measures the cost of an answer and of the solution in a process of its own, with a time limit."""

import json
import subprocess
import sys
from dataclasses import dataclass

from grader.base import paths
from grader.engine.worker_processes import environment
from grader.kata.curriculum import Exercise
from grader.learner.comparing.workloads import WORKLOADS

PATIENCE_SECONDS = 60.0
# The address of a large block decides whether glibc frees it at once: the same code took 0.1 ms or 0.8 ms per call.
_KEEP_MEMORY = dict.fromkeys(("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"), str(1 << 30))


@dataclass(frozen=True)
class Cost:
    """Seconds and bytes of one call."""

    seconds: float
    bytes: int


@dataclass(frozen=True)
class Costs:
    """The workload and the two costs, or why they could not be measured."""

    says: str
    answer: Cost | None = None
    solution: Cost | None = None
    problem: str | None = None


def measure(exercise: Exercise) -> Costs:
    """Measure the learner's file and the solution."""
    if exercise.name not in WORKLOADS:  # an exercise that a course has added
        return Costs("", problem="there is no workload for it in grader/learner/comparing/workloads.py")
    says = WORKLOADS[exercise.name].says
    order = json.dumps({"exercise": exercise.name, "folder": str(paths.checkout().exercises)})
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "grader.learner.comparing.cost_worker"],
            input=order + "\n",
            capture_output=True,
            text=True,
            errors="replace",
            cwd=paths.checkout().root,
            env=environment() | _KEEP_MEMORY,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Costs(says, problem=f"it did not end within {PATIENCE_SECONDS:g} s")
    if not done.stdout:
        last = (done.stderr.strip().splitlines() or ["the process ended without a message"])[-1]
        return Costs(says, problem=last)
    record = json.loads(done.stdout)
    if "failed" in record:
        return Costs(says, problem=record["failed"])
    answer, solution = (Cost(*pair) for pair in zip(record["seconds"], record["bytes"], strict=True))
    return Costs(says, answer, solution)
