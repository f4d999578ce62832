"""`grade reset`."""

import click

from grader import commands
from grader.base import paths
from grader.kata import curriculum
from grader.reports.console import open_console


@click.command("reset")
@click.argument("exercise", metavar="EXERCISE", shell_complete=commands.complete_exercise)
def command(exercise: str) -> int:
    """Restore the stub of an exercise; your file is kept as a backup.

    \b
    Example:
      grade reset 5
    """
    from grader.learner.reset import reset

    found = curriculum.find_one(exercise, commands.names())
    backup = reset(found)
    console = open_console()
    path = paths.shown(found.stub)
    if backup is None:
        console.print(f"{path} is already the stub; nothing was replaced.", soft_wrap=True)
    else:
        console.print(f"{path} is the stub again; your file is kept as {paths.shown(backup)}", soft_wrap=True)
    return 0
