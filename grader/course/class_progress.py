"""Progress of a class run: a bar with the time left, or in a pipe one line per tenth. Prints only."""

from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from grader.base.results import Outcome


def follow(console: Console, outcomes: Iterator[Outcome], total: int) -> Iterator[Outcome]:
    """Pass on outcomes, and show the progress of the run."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("grading", total=total)
        for number, outcome in enumerate(outcomes, 1):
            bar.update(task, completed=number)
            if not console.is_terminal and number * 10 // total > (number - 1) * 10 // total:
                console.print(f"{number} of {total}")
            yield outcome
