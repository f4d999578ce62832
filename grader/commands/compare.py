"""`grade compare`."""

from typing import Any

import click

from grader import commands
from grader.base import paths
from grader.base.errors import UsageError
from grader.commands.progress import result_of
from grader.kata import assignment, curriculum
from grader.reports.console import open_console


@click.command("compare")
@click.argument("exercise", metavar="EXERCISE", shell_complete=commands.complete_exercise)
@click.option("--spoil", is_flag=True, help="Show the solution before your answer passes.")
def command(exercise: str, spoil: bool) -> int:
    """Compare your answer with the solution: how the two differ, and how much work each one does.

    \b
    Examples:
      grade compare 5
      grade compare flatten --spoil     before it passes, and without what it costs
    """
    from grader.learner import state
    from grader.learner.comparing import compare, comparison_text

    found, console = curriculum.find_one(exercise, commands.names()), open_console()
    here = assignment.here()
    may_spoil = here is None or here.spoil
    if spoil and not may_spoil:
        raise UsageError("this handout has no --spoil: you see a solution once your answer passes")
    passes = state.load().has_passed(found) or (not spoil and _grade_one(found).status == "passed")
    if not passes and not spoil:
        anyway = "; --spoil shows the solution anyway" if may_spoil else ""
        raise UsageError(f"{found.short} does not pass yet (grade {found.short}){anyway}")
    comparison_text.show(console, found, compare.compare(found))
    if passes:
        from grader.learner.comparing import cost  # it imports the process code; the rest should appear at once

        with console.status("measuring both versions"):
            costs = cost.measure(found)
        comparison_text.costs(console, costs)
    return 0


def _grade_one(exercise: curriculum.Exercise) -> Any:
    """Grade one exercise of the learner's folder, and save the result."""
    from grader.engine import run, worker_supply
    from grader.kata.submission import read_folder
    from grader.learner import state

    digests = state.digests([exercise])
    with worker_supply.workers([exercise]) as workers:
        result = result_of(open_console(), run.grade(read_folder(paths.checkout().exercises), [exercise], workers))
    state.keep(result, digests)
    return result.exercises[0]
