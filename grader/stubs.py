"""Stubs made from solutions: every region between the markers is taken out. `python -m grader.stubs` writes all.

A region inside a function becomes a NotImplementedError; one at the top of the file (private helpers) goes.
"""

from grader import checkout, curriculum
from grader.curriculum import Exercise
from grader.errors import UsageError
from grader.whole_file import write_whole

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"


def stub(exercise: Exercise) -> str:
    """The stub of an exercise, as text.

    Raises:
        UsageError: the solution is not there, or its markers do not pair up.
    """
    try:
        solution = exercise.solution.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {checkout.shown(exercise.solution)}: {error.strerror}") from error
    return without_solution(solution, checkout.shown(exercise.solution))


def without_solution(solution: str, name: str) -> str:
    """Take the regions out of a solution's text."""
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
                kept += [
                    f"{indent}# Your code goes here, in place of the line below.",
                    f'{indent}raise NotImplementedError("not written yet")',
                ]
        elif not inside:
            kept.append(line)
    if inside:
        raise UsageError(f"{name}: `{BEGIN}` without its counterpart")
    return "\n".join(kept).rstrip() + "\n"


def region_lines(solution: str) -> list[str]:
    """The lines of code between the markers: what no stub, lesson or handout may hold."""
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
