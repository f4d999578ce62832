"""`grade hint`."""

import click

from grader import commands
from grader.base.errors import UsageError
from grader.kata import curriculum
from grader.reports.console import open_console


@click.command("hint")
@click.argument("exercise", metavar="[EXERCISE]", required=False, shell_complete=commands.complete_exercise)
@click.option("--all", "everything", is_flag=True, help="Show all hints at once.")
def command(exercise: str | None, everything: bool) -> int:
    """Show the next hint of an exercise, one more each time; without EXERCISE, of the current one.

    \b
    Examples:
      grade hint              the next one for the current exercise
      grade hint 5            the next one
      grade hint flatten --all
    """
    from grader.learner import hints, onward, state
    from grader.reports import terminal

    found = curriculum.find_one(exercise, commands.names()) if exercise else state.load().unfinished()
    if found is None:
        raise UsageError("every exercise passes; grade hint EXERCISE still shows the hints of an exercise")
    with state.changing() as remembered:
        shown = hints.all_hints(found, remembered) if everything else [hints.next_hint(found, remembered)]
    console = open_console()
    onward.hints(console, found, shown)
    terminal.problems(console, remembered.notes)
    return 0
