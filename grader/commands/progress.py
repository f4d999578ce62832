"""Shows the progress of a run: a bar on a terminal, nothing in a pipe."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console


def result_of(console: Console, events: Iterable[Any]) -> Any:
    """Follow a run's events; return the result, which comes last."""
    return list(showing(console, events))[-1]


def showing(console: Console, events: Iterable[Any]) -> Iterator[Any]:
    """Yield the events that are not progress; progress moves a bar on a terminal."""
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    from grader.engine.attempts import Progress

    columns = TextColumn("{task.description}"), BarColumn(30), TextColumn("{task.completed}/{task.total}")
    with Bar(*columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("starting", total=None)
        for event in events:
            if isinstance(event, Progress):
                bar.update(task, description=event.exercise[:4], completed=event.done, total=event.total)
            else:
                yield event
