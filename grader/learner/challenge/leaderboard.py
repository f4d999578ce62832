"""Prints the leaderboard of `grade challenge`."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.learner.challenge.board import Entry


def show(console: Console, entries: Sequence[Entry], missing: Sequence[str]) -> None:
    """Print a board, with the project's own models in italics, then rejected entries and missing models."""
    table = Table(box=None)
    table.add_column("")
    table.add_column("recipe")
    for title in ("test loss", "parameters", "CPU s"):
        table.add_column(title, justify="right")
    place = 0
    for entry in entries:
        if entry.loss is not None and entry.parameters is not None and entry.seconds is not None:
            place += not entry.mark
            first = "mark" if entry.mark else str(place)
            figures = f"{entry.loss:.4f}", f"{entry.parameters:,}", f"{entry.seconds:.1f}"
            table.add_row(first, Text(entry.name), *figures, style="italic" if entry.mark else None)
    console.print(table)
    for entry in entries:
        if entry.refused is not None:
            console.print(Text(f"{entry.name}: {entry.refused}", "red"), soft_wrap=True)
    if not any(entry.loss is not None and not entry.mark for entry in entries):
        console.print("This board has no score of yours. There is one board for each --seconds and --data.")
    if missing:
        console.print(f"not measured yet: {', '.join(missing)} (grade challenge --marks; takes some minutes)")
