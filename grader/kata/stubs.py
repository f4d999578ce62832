"""Generates stubs from solutions by removing the regions between the markers. `python -m grader.kata.stubs` writes all.

A region inside a function becomes a NotImplementedError; one at top level (private helpers) disappears. Imports of
other exercises use the package, `from exercises.ex05_... import`, so that `python exercises/ex07_fusion.py` works; it
says how to call one's own code.
"""

import re

from grader.base import paths
from grader.base.atomic_files import write_whole
from grader.base.errors import UsageError
from grader.kata import curriculum, references
from grader.kata.curriculum import Exercise

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"
UNWRITTEN = 'raise NotImplementedError("not written yet")'


def stub(exercise: Exercise) -> str:
    """Return the stub of an exercise as text.

    Raises:
        UsageError: the solution is not there, or its markers do not pair up.
    """
    return cell(exercise) + _script(exercise)


def cell(exercise: Exercise) -> str:
    """Return the stub as text for a notebook, where no file is run as a script.

    Raises:
        UsageError: as `stub`.
    """
    return _runnable(without_solution(_solution(exercise), paths.shown(exercise.solution)))


def is_stub(exercise: Exercise, data: bytes) -> bool:
    """Return whether a file is the stub, from `exercises/` or from a notebook."""
    return data in (stub(exercise).encode(), cell(exercise).encode())


def answer(exercise: Exercise) -> str:
    """Return the solution of an exercise without the markers, as a person would hand it in.

    Raises:
        UsageError: the solution is not there.
    """
    return _runnable(without_markers(_solution(exercise)))


def _script(exercise: Exercise) -> str:
    """Return the lines that a file runs if it is started as a script."""
    module = f"{paths.checkout().exercises.name}.{exercise.name}"
    line = f"To call your own code: python -im {module}; to check it: grade {exercise.number}"
    return f'\n\nif __name__ == "__main__":\n    print("{line}")\n'


def without_script(text: str) -> str:
    """Remove an `if __name__ == "__main__":` from the end of a text."""
    return re.sub(r'\n*^if __name__ == "__main__":\n(?: .*\n?)+\Z', "\n", text, flags=re.MULTILINE)


def _runnable(text: str) -> str:
    """Rewrite imports of other exercises so that they also work in a script."""
    return re.sub(
        r"^from \.(ex\d\d_\w+) import", rf"from {paths.checkout().exercises.name}.\1 import", text, flags=re.MULTILINE
    )


def without_markers(text: str) -> str:
    """Remove the marker lines from a text."""
    return "\n".join(line for line in text.splitlines() if line.strip() not in (BEGIN, END)) + "\n"


def _solution(exercise: Exercise) -> str:
    solution = references.solution(exercise.name)
    if solution is None:
        raise UsageError(f"{exercise.name} has no solution in this checkout; restore it with git checkout")
    return solution


def without_solution(solution: str, name: str) -> str:
    """Remove the regions from a solution."""
    kept: list[str] = []
    inside = False
    for number, line in enumerate(solution.splitlines(), start=1):
        marker = line.strip()
        if marker in (BEGIN, END):
            if inside == (marker == BEGIN):
                raise UsageError(f"{name}, line {number}: `{marker}` without its counterpart")
            inside = marker == BEGIN
            indent = line[: len(line) - len(line.lstrip())]
            if inside and indent:
                kept += [f"{indent}# Your code goes here, in place of the line below.", indent + UNWRITTEN]
        elif not inside:
            kept.append(line)
    if inside:
        raise UsageError(f"{name}: `{BEGIN}` without its counterpart")
    return "\n".join(kept).rstrip() + "\n"


def region_lines(solution: str) -> list[str]:
    """Return the code lines between the markers, which no stub, lesson or handout may contain."""
    lines: list[str] = []
    inside = False
    for line in solution.splitlines():
        marker = line.strip()
        if marker in (BEGIN, END):
            inside = marker == BEGIN
        elif inside and marker and not marker.startswith("#"):
            lines.append(marker)
    return lines


if __name__ == "__main__":
    for each in curriculum.exercises():
        write_whole(each.stub, stub(each))
