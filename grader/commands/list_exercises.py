"""`grade list`."""

import click

from grader import checkout, curriculum
from grader.reports.console import open_console


@click.command("list")
def command() -> int:
    """Show all exercises in order: title, points, minutes, state."""
    from rich.table import Table

    from grader.learner import state
    from grader.reports import terminal

    remembered, note = state.load()
    console = open_console()
    terminal.problems(console, [note] if note else [])
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name, justify in (
        ("", "left"),
        ("title", "left"),
        ("points", "right"),
        ("minutes", "right"),
        ("state", "left"),
    ):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    going_on = None
    for exercise in curriculum.exercises():
        words = remembered.of(exercise)
        if words != "passed" and going_on is None:
            going_on = exercise
        style = "green" if words == "passed" else "yellow" if going_on is exercise else ""
        star = " ★" if exercise.core else ""
        points = f"{exercise.points:g}" + (" bonus" if exercise.bonus else "")
        table.add_row(exercise.short, exercise.title + star, points, str(exercise.minutes), words, style=style)
    console.print(table)
    console.print("\n★ core: 70 of the 100 points")
    if going_on is None:
        console.print("All passed. Now train your own tree on real names: grade train")
    else:
        console.print(f"Go on with {going_on.short}: read {checkout.shown(going_on.lesson)},", soft_wrap=True)
        console.print(f"  fill in {checkout.shown(going_on.stub)}, then: grade {going_on.short}", soft_wrap=True)
    return 0
