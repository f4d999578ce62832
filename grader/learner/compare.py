"""`grade compare`: an answer beside the solution, and how the code of the two differs."""

import ast
import difflib
from dataclasses import dataclass

from grader import checkout
from grader.curriculum import Exercise
from grader.errors import UsageError
from grader.stubs import BEGIN, END


@dataclass(frozen=True)
class Comparison:
    """Both texts, and the unified diff of their code without comments, docstrings and layout."""

    answer: str
    solution: str
    diff: tuple[str, ...]


def compare(exercise: Exercise) -> Comparison:
    """Read both files.

    Raises:
        UsageError: one of them cannot be read.
    """
    texts = []
    for path in (exercise.stub, exercise.solution):
        try:
            texts.append(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise UsageError(f"cannot read {checkout.shown(path)}: {reason}") from error
    answer, solution = (
        "\n".join(line for line in text.splitlines() if line.strip() not in (BEGIN, END)) + "\n" for text in texts
    )
    lines = difflib.unified_diff(_code(answer), _code(solution), "yours", "solution", lineterm="", n=2)
    return Comparison(answer, solution, tuple(lines))


def _code(text: str) -> list[str]:
    """The code alone, laid out by one rule, so that only what it does can differ."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return text.splitlines()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree).splitlines()
