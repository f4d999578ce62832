"""Harmless lines of an answer that deserve a note: a forgotten debugger, a setting of the whole process.

They are found in the text, so that a file gets the same notes everywhere. Runs no code.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from grader.kata.curriculum import Exercise

SETTINGS = {
    "set_default_dtype": "torch's default dtype",
    "set_default_tensor_type": "torch's default dtype",
    "set_default_device": "torch's default device",
    "set_grad_enabled": "torch's grad mode",
    "set_detect_anomaly": "torch's anomaly detection",
    "use_deterministic_algorithms": "torch's deterministic algorithms",
    "set_num_threads": "torch's number of threads",
    "set_float32_matmul_precision": "torch's matmul precision",
    "set_printoptions": "print options",
    "seterr": "NumPy's error handling",
    "simplefilter": "warnings filters",
    "filterwarnings": "warnings filters",
    "setlocale": "the locale",
    "chdir": "the current folder",
}
RESTORING = ("catch_warnings", "errstate", "printoptions")
DEBUGGERS = ("breakpoint", "set_trace")
IN_A_CELL = "call your code in a cell"


def notes(exercise: Exercise, path: Path, how: str | None = None) -> list[str]:
    """List the notes on a file, one line for debuggers and one for settings; none for a file that does not parse.

    Args:
        exercise: whose file it is.
        path: where it lies.
        how: how to stop at a breakpoint. Default: the command for the top folder of the kata.
    """
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found = []
    stops = [call for call in ast.walk(tree) if isinstance(call, ast.Call) and _name(call) in DEBUGGERS]
    if stops:
        first = min(stops, key=lambda call: call.lineno)
        found.append(
            f"{path.name}, line {first.lineno}: {_name(first)}() is skipped while grading; "
            f"to stop there: {how or f'pytest -k {exercise.short}'}"
        )
    settings = {SETTINGS[_name(call)]: call.lineno for call in _at_import(tree) if _name(call) in SETTINGS}
    if settings:
        what = " and ".join(settings)
        found.append(
            f"{path.name}, line {min(settings.values())}: sets {what} for the whole process; restored before each check"
        )
    return found


def _at_import(tree: ast.Module) -> Iterator[ast.Call]:
    """Yield the calls that run when the file is imported, also in functions of the file that are called then."""
    functions = {part.name: part for part in tree.body if isinstance(part, ast.FunctionDef)}
    waiting: list[ast.AST] = [*tree.body]
    for part in waiting:
        if isinstance(part, ast.With) and not _ends_with_its_block(part):
            waiting += part.body
        elif isinstance(part, ast.Call):
            yield part
            called = functions.pop(_name(part), None)
            waiting += called.body if called else []
        elif not isinstance(part, ast.With | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.expr):
            waiting += [] if _is_script(part) else ast.iter_child_nodes(part)


def _ends_with_its_block(part: ast.With) -> bool:
    """Return whether a `with` itself restores the settings that it contains."""
    return any(name in ast.unparse(item.context_expr) for item in part.items for name in RESTORING)


def _is_script(part: ast.AST) -> bool:
    """Return whether it is an `if __name__ == "__main__":`, which does not run when the file is imported."""
    return isinstance(part, ast.If) and "__name__" in ast.unparse(part.test)


def _name(call: ast.Call) -> str:
    """Return the last part of the called name."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))
