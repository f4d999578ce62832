"""What naming the likely cause costs, warm, beside what the checks themselves take: seconds, for every known mistake.

`python tests/benchmarks/diagnosis.py [EXERCISE ...]`, on a machine that does nothing else.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from grader.engine import run
from grader.engine.worker_processes import Workers
from grader.kata import curriculum, mistakes
from grader.kata.curriculum import Exercise
from grader.kata.submission import Submission


def costs(exercise: Exercise, workers: Workers) -> list[tuple[float, float]]:
    """Of each mistake: seconds of the checks alone, and with the cause looked for."""
    solution = exercise.solution.read_text(encoding="utf-8")
    measured = []
    for mistake in mistakes.of(exercise):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, exercise.file).write_text(mistake.code(solution), encoding="utf-8")
            submission = Submission(Path(folder), mistake.name)
            both = []
            for diagnose in (False, True):
                started = time.perf_counter()
                run.grade_alone(submission, exercise, workers, diagnose=diagnose)
                both.append(time.perf_counter() - started)
        measured.append((both[0], both[1]))
    return measured


def main(names: list[str]) -> None:
    """Print a line an exercise."""
    print("exercise  mistakes  checks (median)  cause (median)  cause (worst)")
    for exercise in curriculum.find(names):
        with Workers([exercise]) as workers:
            workers.checks()
            measured = costs(exercise, workers)
        alone = statistics.median(checks for checks, _ in measured)
        causes = [both - checks for checks, both in measured]
        print(
            f"{exercise.short:8}  {len(measured):8}  {alone:13.3f} s  {statistics.median(causes):12.3f} s"
            f"  {max(causes):11.3f} s"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
