"""Prints an answer next to the solution in two columns if there is room, their differences, and their cost."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.base import paths
from grader.kata.curriculum import Exercise
from grader.learner.comparing.compare import Comparison

if TYPE_CHECKING:
    from grader.learner.comparing.cost import Cost, Costs

WIDE = 100  # minimum columns for two functions side by side
_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))


def show(console: Console, exercise: Exercise, comparison: Comparison) -> None:
    """Print both function by function, the diff of their code, and how each is written."""
    solution = paths.shown(exercise.solution) if exercise.solution.exists() else "the solution"
    heads = paths.shown(exercise.stub), solution
    for function in comparison.functions:
        console.print(Text(f"── {function.name}", "bold"), soft_wrap=True)
        texts = function.answer or "(not there)", function.solution or "(not there)"
        if console.width >= WIDE:
            table = Table(*heads, box=None, expand=True, padding=(0, 1), show_edge=False)
            for column in table.columns:
                column.ratio = 1
            table.add_row(*map(Text, texts))
            console.print(table)
        else:
            for head, text in zip(heads, texts, strict=True):
                console.print(Text(head, "dim"), soft_wrap=True)
                console.print(Text(text), soft_wrap=True)
        console.print()
    if comparison.diff:
        console.print(Text("── how the code differs, apart from comments, annotations and private names", "bold"))
        styles = {"+": "green", "-": "red", "@": "cyan"}
        for line in comparison.diff:
            console.print(Text(line, styles.get(line[:1], "")), soft_wrap=True)
        console.print()
    else:
        console.print("The code is the same.")
    _style(console, comparison)


def costs(console: Console, found: "Costs") -> None:
    """Print time and memory of both, or why they could not be measured."""
    if found.answer is None or found.solution is None:
        console.print(Text(f"The cost could not be measured: {found.problem}"), soft_wrap=True)
        return
    table = _table(f"one call: {found.says}")
    table.add_row("time", _seconds(found.answer), _seconds(found.solution))
    table.add_row("memory", _kibibytes(found.answer), _kibibytes(found.solution))
    console.print()
    console.print(table)


def _style(console: Console, comparison: Comparison) -> None:
    answer, solution = comparison.answer_style, comparison.solution_style
    if answer is None or solution is None:
        return
    table = _table("how it is written")
    for says, field in (
        ("lines of code", "lines"),
        ("functions", "functions"),
        ("loops, comprehensions too", "loops"),
        ("branches", "branches"),
        ("deepest indent", "depth"),
        ("longest line", "longest"),
    ):
        table.add_row(says, str(getattr(answer, field)), str(getattr(solution, field)))
    console.print(table)


def _table(head: str) -> Table:
    table = Table(head, box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("yours", "solution"):
        table.add_column(name, justify="right")
    return table


def _seconds(cost: "Cost") -> str:
    size, unit = next((pair for pair in _UNITS if cost.seconds >= pair[0]), _UNITS[-1])
    return f"{cost.seconds / size:.3g} {unit}"


def _kibibytes(cost: "Cost") -> str:
    return f"{cost.bytes / 1024:,.0f} KiB"
