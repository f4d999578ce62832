"""`grade update`."""

import click

from grader.reports.console import open_console


@click.command("update")
def command() -> int:
    """Update this checkout to the newest version of the kata; your answers are committed first and kept.

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
        console.print("This is already the newest version.")
    else:
        console.print(f"Updated from {done.before} to {done.now}; make grade installs what is new.")
        console.print("If both versions changed a line, yours was kept. Run grade to see where you are.")
    return 0
