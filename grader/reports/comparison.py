"""An answer beside the solution, on a wide terminal in two columns. Prints only."""

from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from grader import checkout
from grader.curriculum import Exercise
from grader.learner.compare import Comparison

WIDE = 180


def show(console: Console, exercise: Exercise, comparison: Comparison) -> None:
    """Print both texts, then the diff of their code."""
    heads = checkout.shown(exercise.stub), checkout.shown(exercise.solution)
    texts = comparison.answer, comparison.solution
    if console.is_terminal and console.width >= WIDE:
        table = Table(*heads, box=None, expand=True, padding=(0, 1))
        table.add_row(*(Syntax(text, "python", word_wrap=True, background_color="default") for text in texts))
        console.print(table)
    else:
        for head, text in zip(heads, texts, strict=True):
            console.print(Text(f"── {head}", "bold"), soft_wrap=True)
            console.print(Text(text), soft_wrap=True)
    if not comparison.diff:
        console.print("The code of the two is the same.")
        return
    console.print(Text("── how the code differs, comments and docstrings aside", "bold"))
    styles = {"+": "green", "-": "red", "@": "cyan"}
    for line in comparison.diff:
        console.print(Text(line, styles.get(line[:1], "")), soft_wrap=True)
