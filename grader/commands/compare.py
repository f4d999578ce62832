"""`grade compare`."""

from typing import Any

import click

from grader import checkout, commands, curriculum
from grader.commands.progress import result_of
from grader.errors import UsageError
from grader.reports.console import open_console


@click.command("compare")
@click.argument("exercise", metavar="EXERCISE")
@click.option("--spoil", is_flag=True, help="Show the solution before your answer passes.")
def command(exercise: str, spoil: bool) -> int:
    """Show your answer beside the solution, and how the two differ."""
    from grader.learner import compare, state
    from grader.reports import comparison

    found = curriculum.find_one(exercise, commands.names())
    if not spoil and not state.load().has_passed(found):
        result = _grade_one(found)
        if result.status != "passed":
            raise UsageError(
                f"{found.short} does not pass yet (grade {found.short}); --spoil shows the solution anyway"
            )
    comparison.show(open_console(), found, compare.compare(found))
    return 0


def _grade_one(exercise: curriculum.Exercise) -> Any:
    """Grade one exercise of the learner's folder, and remember what was found."""
    from grader.checking import run
    from grader.checking.processes import Workers
    from grader.learner import state
    from grader.submission import read_folder

    digests = state.digests([exercise])
    with Workers([exercise]) as workers:
        result = result_of(open_console(), run.grade(read_folder(checkout.EXERCISES), [exercise], workers))
    state.keep(result, digests)
    return result.exercises[0]
