"""`make footprints`: records which checks each known mistake fails, next to the bank of mistakes."""

import sys
from collections.abc import Sequence

from grader.course import prove
from grader.engine import worker_supply
from grader.engine.worker_processes import Workers
from grader.kata import curriculum, footprints
from grader.kata.curriculum import Exercise
from grader.kata.footprints import Footprint

SEEDS = range(3)


def of(exercise: Exercise, workers: Workers) -> dict[str, Footprint]:
    """Grade each mistake of an exercise with several seeds."""
    trials = [trial for seed in SEEDS for trial in prove.of_mistakes(exercise, seed)]
    failed: dict[str, list[list[str]]] = {}
    for trial, result in zip(trials, prove.results(trials, workers), strict=True):
        names = [check.check.name for check in result.checks if check.finding.status != "passed"]
        failed.setdefault(trial.name, []).append(names)
    return {name: Footprint.over(each) for name, each in failed.items()}


def main(names: Sequence[str]) -> None:
    """Write the footprints of the given exercises, or of all."""
    chosen = curriculum.find(names)
    with worker_supply.workers(chosen, many=True) as workers:
        for exercise in chosen:
            footprints.write(exercise, of(exercise, workers))


if __name__ == "__main__":
    main(sys.argv[1:])
