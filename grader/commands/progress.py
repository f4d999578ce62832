"""Shows the progress of a run: a bar on a terminal; in a pipe nothing, or for a class a line per tenth."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar

from grader.base.results import Outcome


def result_of(console: Console, events: Iterable[Any]) -> Any:
    """Follow a run's events; return the result, which comes last."""
    return list(showing(console, events))[-1]


def showing(console: Console, events: Iterable[Any]) -> Iterator[Any]:
    """Yield the events that are not progress; progress moves a bar on a terminal."""
    from grader.engine.attempts import Progress

    columns = TextColumn("{task.description}"), BarColumn(30), MofNCompleteColumn(), TimeElapsedColumn()
    with _bar(console, *columns) as bar:
        task = bar.add_task("starting", total=None)
        for event in events:
            if isinstance(event, Progress):
                bar.update(task, description=event.exercise[:4], completed=event.done, total=event.total)
            else:
                yield event


def of_a_class(console: Console, outcomes: Iterator[Outcome], total: int) -> Iterator[Outcome]:
    """Pass on outcomes, and show the progress of the run."""
    times = TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn()
    with _bar(console, TextColumn("{task.description}"), BarColumn(30), MofNCompleteColumn(), *times) as bar:
        task = bar.add_task("grading", total=total)
        for number, outcome in enumerate(outcomes, 1):
            bar.update(task, completed=number)
            if not console.is_terminal and number * 10 // total > (number - 1) * 10 // total:
                console.print(f"{number} of {total}")
            yield outcome


def shares(console: Console, what: str, events: Iterable[Any]) -> Iterator[Any]:
    """Yield the events that are not numbers; a number from 0 to 1 moves a bar on a terminal."""
    with _bar(console, TextColumn("{task.description}"), BarColumn(30)) as bar:
        task = bar.add_task(what, total=1.0)
        for event in events:
            if isinstance(event, float):
                bar.update(task, completed=event)
            else:
                yield event


def _bar(console: Console, *columns: ProgressColumn) -> Bar:
    return Bar(*columns, console=console, transient=True, disable=not console.is_terminal)
