"""`grade hint`."""

import click

from grader import checkout, commands, curriculum
from grader.reports.console import open_console


@click.command("hint")
@click.argument("exercise", metavar="EXERCISE")
def command(exercise: str) -> int:
    """Show the next hint of an exercise, one more at each call."""
    from grader.learner import hints, state
    from grader.reports import terminal

    found = curriculum.find_one(exercise, commands.names())
    remembered, note = state.load()
    hint = hints.next_hint(found, remembered)
    notes = [line for line in (note, state.save(remembered)) if line]
    console = open_console()
    console.print(f"[bold]{found.short}, hint {hint.number} of {hint.count}[/bold]")
    console.print(hint.text, markup=False)
    more = hint.count - hint.number
    again = f"grade hint {found.short}"
    if more:
        console.print(f"\n{more} more: {again}", style="dim")
    else:
        console.print(
            f"\nThat was the last one. The lesson: {checkout.shown(found.lesson)}", style="dim", soft_wrap=True
        )
    terminal.problems(console, notes)
    return 0
