"""How long the reports of the known mistakes are: rows on a terminal of 80 × 24, characters of the printed example.

`python tests/benchmarks/report_sizes.py [--show] [EXERCISE ...]` prints a line per exercise, then the reports that take
more rows than the screen has; with `--show`, these reports in full.
"""

import argparse
import statistics
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "grader"))
import goldens

from grader.course import prove
from grader.engine.worker_processes import Workers
from grader.kata import curriculum
from grader.kata.curriculum import Exercise
from grader.reports import explanation


@dataclass(frozen=True)
class Report:
    """The report of a known mistake: its rows, and the example in it."""

    mistake: str
    rows: list[str]
    example: str


def reports(exercise: Exercise, workers: Workers) -> Iterator[Report]:
    """Grade every known mistake in each of its versions."""

    def report(trial: prove.Trial) -> Report:
        result = goldens.graded(exercise, trial.code, workers)
        explained = explanation.wrong(result.exercises[0])
        example = explained[0].finding.example if explained else None
        return Report(trial.name, goldens.on_one_screen(result), example or "")

    with ThreadPoolExecutor(2) as pool:
        yield from pool.map(report, prove.of_mistakes(exercise))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", action="store_true", help="show the reports that are too long")
    parser.add_argument("exercises", nargs="*")
    options = parser.parse_args()
    chosen = curriculum.find(options.exercises)
    every: list[int] = []
    print(f"          mistakes  example: median  longest  longest report  over {goldens.ROWS} rows")
    with Workers(chosen, many=True) as workers:
        for exercise in chosen:
            found = list(reports(exercise, workers))
            examples = [len(each.example) for each in found]
            long = [each for each in found if len(each.rows) > goldens.ROWS]
            every += examples
            print(
                f"{exercise.short:8}  {len(found):8}  {statistics.median(examples):15.0f}  {max(examples):7}"
                f"  {max(len(each.rows) for each in found):14}  {len(long):12}",
                flush=True,
            )
            for each in long:
                print(f"    {each.mistake}: {len(each.rows)} rows")
                if options.show:
                    print(*(f"    | {row}" for row in each.rows), sep="\n")
    print(f"median of all {len(every)} examples: {statistics.median(every):.0f} characters")


if __name__ == "__main__":
    main()
