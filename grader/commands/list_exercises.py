"""`grade list`."""

import click

from grader.kata import assignment
from grader.reports.console import open_console


@click.command("list")
def command() -> int:
    """Show all exercises in order: title, points, minutes, state.

    \b
    Example:
      grade list
    """
    from grader.learner import onward, state
    from grader.reports import terminal

    remembered = state.load()
    console = open_console()
    terminal.problems(console, remembered.notes)
    terminal.headline(console, assignment.here())
    onward.overview(console, remembered)
    return 0
