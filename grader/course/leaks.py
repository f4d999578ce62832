"""Finds lines of solutions and of mistakes that a handout must not contain. Reads only."""

import re
from collections.abc import Iterator
from pathlib import Path

from grader.course import git
from grader.kata import curriculum, mistakes, references, stubs

# Lines that catch errors, import, or begin a constructor reveal nothing.
_EVERYBODYS = re.compile(r"def __init__\(self\)( -> None)?:|except [\w.]+( as \w+)?:|(from [\w.]+ )?import [\w., ]+")
LONG_LINE = 25  # shorter lines, such as `return x`, are not secret


def secrets() -> dict[str, str]:
    """Collect every longer line of a solution's regions and of a mistake, code or text, with its owner."""
    found: dict[str, str] = {}
    for exercise in curriculum.exercises():
        for line in stubs.region_lines(references.solution(exercise.name) or ""):
            found.setdefault(line, f"the solution of {exercise.name}")
        for name, file in mistakes.texts(exercise).items():
            mistake = mistakes.read(exercise, name, file)
            texts = [
                file,
                mistake.cause.told,
                mistake.cause.looks_right,
                *(change.new for way in mistake.ways for change in way),
            ]
            for line in "\n".join(texts).splitlines():
                found.setdefault(line.strip(), f"the mistake {exercise.name}/{name}")
    return {line: owner for line, owner in found.items() if len(line) > LONG_LINE and not _EVERYBODYS.fullmatch(line)}


def in_text(text: str, hidden: dict[str, str]) -> Iterator[str]:
    """Find these lines in a text, even as part of a line."""
    for line, owner in hidden.items():
        if line in text:
            yield f"a line of {owner}: {line}"


def in_history(repository: Path, shown: str) -> Iterator[str]:
    """Find leaks in all objects of a repository, reachable or not.

    Args:
        repository: the handout.
        shown: what learners may read anyway: lines that stand in it are no secret.
    """
    hidden = {line: owner for line, owner in secrets().items() if line not in shown}
    for _, content in git.objects(repository):
        yield from in_text(content.decode(errors="replace"), hidden)
