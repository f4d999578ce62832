"""Where a failing check points to in the learner's files: the line that raised, or the definition that it called."""

import ast
import re
from collections.abc import Iterator, Mapping

from grader.base.results import CheckResult, ExerciseResult

_RAISED = re.compile(r"^(ex\d\d_\w+\.py), line (\d+)", re.MULTILINE)
_MADE = re.compile(r"^(\w+) = (\w+)\(", re.MULTILINE)
_CALLED = re.compile(r"(?:(\w+)\.)?(\w+)\(")


def of(exercise: ExerciseResult, check: CheckResult, answers: Mapping[str, bytes]) -> tuple[str, int]:
    """File and line; line 1 where nothing tells more.

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
    """What an example calls, as `Class.method` or by its plain name, the last line first."""
    for line in reversed(example.splitlines()):
        for owner, name in _CALLED.findall(line):
            if owner:
                yield f"{classes.get(owner, owner)}.{name}"
            elif name in classes:
                yield from (f"{classes[name]}.forward", f"{classes[name]}.__call__", classes[name])
            else:
                yield name


def _definitions(code: bytes) -> dict[str, int]:
    """The lines of a file's functions, classes and methods, the latter as `Class.method`; none of a damaged one."""
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
