"""Prints a training run: a bar with loss and time left, then losses, ten names and the last line."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from grader.base import paths
from grader.kata.curriculum import Exercise
from grader.learner.training.train import Started, Step, Trained, Training, Words
from grader.learner.training.yardstick import guessing_losses


def follow(console: Console, run: Training, missing: Sequence[Exercise], words: Words, out: Path) -> bool:
    """Print a run until its end; Ctrl-C stops it after a complete step. Return whether all steps were done."""
    for exercise in missing:
        console.print(Text(f"{exercise.name}: the solution is used (--with-solutions)", "yellow"), soft_wrap=True)
    started = trained = None
    with _progress(console) as bar:
        task = bar.add_task("loss ......", total=None)
        said = 0
        while trained is None:
            try:
                for event in run.events():
                    if isinstance(event, Started):
                        started, said = event, 10 * event.done // event.steps
                        bar.update(task, total=event.steps, completed=event.done)
                        _introduce(console, event)
                    elif isinstance(event, Step):
                        assert started is not None
                        bar.update(task, completed=event.done, description=f"loss {event.loss:.4f}")
                        said = _say(console, event, started.steps, said)
                    else:
                        trained = event
            except KeyboardInterrupt:
                run.stop()
    assert started is not None
    _tell(console, started, trained, words, out)
    return trained.done == started.steps


def _introduce(console: Console, started: Started) -> None:
    examples = f"{started.training:,} training examples, {started.validation:,} to validate on"
    where = "" if started.device == "cpu" else f", on {started.device}"
    console.print(f"a tree of {started.parameters:,} parameters, {examples}{where}")
    if started.done:
        console.print(
            f"continues after step {started.done} of {started.steps}, where it stopped (--fresh starts again)"
        )


def _progress(console: Console) -> Progress:
    """Make a progress bar on a terminal; in a pipe `_say` prints lines instead."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _say(console: Console, event: Step, steps: int, said: int) -> int:
    """Print a line per tenth of the steps in a pipe; return the tenths printed."""
    tenths = 10 * event.done // steps
    if tenths > said and not console.is_terminal:
        console.print(f"step {event.done} of {steps}, loss {event.loss:.4f}")
    return tenths


def _tell(console: Console, started: Started, trained: Trained, words: Words, out: Path) -> None:
    if trained.done < started.steps:
        console.print(
            f"\nStopped after step {trained.done} of {started.steps}; the model is saved, "
            "and the same command continues from here.",
            soft_wrap=True,
        )
    console.print(f"\ntraining loss {trained.training_loss:.4f}, after {trained.done} steps")
    if words is not None:
        _show_names(console, trained.names, set(words))
    console.print(f"model written to {paths.shown(out)}; grade report shows what it has learnt", soft_wrap=True)
    if words is not None:
        alone, by_pairs = guessing_losses(words)
        says = f"for comparison: guessing by how often each letter occurs {alone:.3f}, by the letter before it"
        console.print(f"{says} {by_pairs:.3f}", soft_wrap=True)
    if trained.least is not None:
        over = trained.validation_loss - trained.least
        least = f"the lowest possible loss on the validation letters is {trained.least:.4f}"
        console.print(f"{least}; the tree is {over:.4f} above it", soft_wrap=True)
    seconds = f"{trained.seconds:.1f} s"
    console.print(f"validation loss {trained.validation_loss:.4f}, {started.parameters} parameters, {seconds}")


def _show_names(console: Console, names: Sequence[str], words: set[str]) -> None:
    new = sum(name not in words for name in names)
    console.print(f"ten names of its own, {new} of them new (not in the list):")
    for name in names:
        console.print(Text(f"  {name or '(an empty name)'}" + ("" if name not in words else "   (in the list)")))
