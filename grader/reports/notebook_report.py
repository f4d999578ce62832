"""What `%grade` shows below its cell: HTML in Jupyter and VS Code, otherwise text."""

import io
from dataclasses import dataclass

from grader.base.results import RunResult
from grader.reports import explanation, terminal
from grader.reports.console import open_console
from grader.reports.html import template

WIDTH = 100


@dataclass(frozen=True, repr=False)
class NotebookReport:
    """A result that a notebook can display; `notes` says what was graded, one line each."""

    result: RunResult
    notes: tuple[str, ...] = ()
    verbose: bool = False

    def __repr__(self) -> str:
        # Without these options rich would detect the kernel and display the report there, piece by piece.
        console = open_console(
            file=io.StringIO(), width=WIDTH, color_system=None, force_terminal=False, force_jupyter=False
        )
        terminal.found(console, self.result, verbose=self.verbose, command="%grade")
        terminal.problems(console, self.notes)
        return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())

    def _repr_html_(self) -> str:
        return template("notebook.html").render(
            run=self.result,
            notes=self.notes,
            verbose=self.verbose,
            signs=explanation.SIGNS,
            wrong=explanation.wrong,
            explained=explanation.explanation,
            state=explanation.state,
        )
