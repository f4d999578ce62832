"""Finds the line in the learner's files for a failing check: the line that raised an error, or the
called definition.
"""

import ast
import re
from collections.abc import Iterator, Mapping

from grader.base.results import CheckResult, ExerciseResult

_RAISED = re.compile(r"^(ex\d\d_\w+\.py), line (\d+)", re.MULTILINE)
_MADE = re.compile(r"^(\w+) = (\w+)\(", re.MULTILINE)
_CALLED = re.compile(r"(?:(\w+)\.)?(\w+)\(")


def of(exercise: ExerciseResult, check: CheckResult, answers: Mapping[str, bytes]) -> tuple[str, int]:
    """Return file and line; line 1 if nothing better is known.

    Args:
        exercise: the exercise.
        check: one of its checks, which does not pass.
        answers: file name to content, to find the line of a function that returns wrong values without raising.
    """
    raised = _RAISED.findall(check.finding.traceback or "") or _RAISED.findall(check.finding.difference or "")
    if raised:
        file, line = raised[-1]
        return file, int(line)
    file, example = f"{exercise.name}.py", check.finding.example or ""
    lines, classes = _definitions(answers.get(file, b"")), dict(_MADE.findall(example))
    return file, next((lines[name] for name in _called(example, classes) if name in lines), 1)


def _called(example: str, classes: dict[str, str]) -> Iterator[str]:
    """List what an example calls, as `Class.method` or by its plain name, the last line first."""
    for line in reversed(example.splitlines()):
        for owner, name in _CALLED.findall(line):
            if owner:
                yield f"{classes.get(owner, owner)}.{name}"
            elif name in classes:
                yield from (f"{classes[name]}.forward", f"{classes[name]}.__call__", classes[name])
            else:
                yield name


def _definitions(code: bytes) -> dict[str, int]:
    """Map functions, classes and methods of a file to their lines; empty if it does not parse."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return {name: line for node in tree.body for name, line in _defined(node)}


def _defined(node: ast.stmt) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name, node.lineno
    elif isinstance(node, ast.Assign):
        yield from ((target.id, node.lineno) for target in node.targets if isinstance(target, ast.Name))
    if isinstance(node, ast.ClassDef):
        for inner in node.body:
            yield from ((f"{node.name}.{name}", line) for name, line in _defined(inner))
