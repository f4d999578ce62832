"""Prints `grade watch` on a terminal or in a pipe: each result on a clean screen, and the keys."""

from rich.console import Console
from rich.status import Status
from rich.text import Text

from grader.base import paths
from grader.engine.attempts import Progress
from grader.learner import onward
from grader.learner.watching.watch import (
    AllPassed,
    Grading,
    Happening,
    Hinted,
    Listing,
    Note,
    Others,
    Quit,
    Redraw,
    Verdict,
)
from grader.reports import terminal

KEYS = "h hint   l list   n next   q quit"


class Screen:
    """Shows what happens; remembers the contents of the screen to redraw it."""

    def __init__(self, console: Console, *, keys: bool) -> None:
        self._console, self._keys = console, keys
        self._shown: list[Happening] = []
        self._status: Status | None = None
        self._grading: Grading | None = None

    def __enter__(self) -> "Screen":
        return self

    def __exit__(self, *_: object) -> None:
        self._end_status()

    def show(self, happening: Happening) -> None:
        """Show one event."""
        match happening:
            case Progress():
                if self._status is not None:
                    self._status.update(f"{self._what()}: {happening.done} of {happening.total} checks")
                return
            case Quit():
                self._end_status()
                return
            case Redraw():
                self._end_status()
                self._clear_but(self._shown)
            case Grading():
                self._end_status()
                self._grading = happening
                if not happening.others:
                    self._clear_but([note for note in self._shown if isinstance(note, Note) and note.stays])
            case _:
                self._end_status()
                if isinstance(happening, Verdict | Others):
                    self._grading = None
                if isinstance(happening, Verdict):
                    self._clear_but(self._shown)  # notes, and the output of keys
                self._shown.append(happening)
                self._print(happening)
        if self._grading is None and self._keys:
            self._console.print(f"\n{KEYS}   (watching {paths.shown(paths.checkout().exercises)})", style="dim")
        self._console.file.flush()
        self._begin_status()

    def _print(self, happening: Happening) -> None:
        console = self._console
        match happening:
            case Verdict(exercise, result, first, goes_on):
                terminal.report(console, result)
                if first:
                    onward.can_now_explain(console, exercise)
                if result.passed:
                    onward.go_on(console, goes_on)
            case Others(result):
                console.print(Text("\nExercises that build on it or were saved with it:", "bold"))
                terminal.overview(console, result)
            case Listing(remembered):
                console.print()
                terminal.problems(console, remembered.notes)
                onward.overview(console, remembered)
            case Hinted(exercise, hint):
                console.print()
                onward.hints(console, exercise, [hint])
            case AllPassed():
                console.print()
                onward.go_on(console, None)
            case Note(line):
                terminal.problems(console, [line])

    def _what(self) -> str:
        assert self._grading is not None
        others = " and others that were saved or build on it" if self._grading.others else ""
        return f"grading {self._grading.exercise.short}{others}"

    def _begin_status(self) -> None:
        if self._grading is not None and self._console.is_terminal:
            self._status = self._console.status(self._what())
            self._status.start()

    def _end_status(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _clear_but(self, still: list[Happening]) -> None:
        """Remove outdated parts from the terminal; in a pipe nothing is removed."""
        self._shown = still
        if self._console.is_terminal:
            self._console.clear()
            for happening in still:
                self._print(happening)
