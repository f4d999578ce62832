"""`grade update`."""

import click

from grader.reports.console import open_console


@click.command("update")
def command() -> int:
    """Bring a newer version of the kata into this checkout; your answers are committed first, and stay.

    \b
    Example:
      grade update
    """
    from grader.learner import update

    done = update.update()
    console = open_console()
    if done.kept:
        console.print(f"committed first: {', '.join(done.kept)}", soft_wrap=True)
    if done.before == done.now:
        console.print("This is the newest version.")
    else:
        console.print(f"Updated from {done.before} to {done.now}; make grade installs what is new.")
        console.print("Where both sides had changed a line, yours stayed; grade says where that leaves you.")
    return 0
