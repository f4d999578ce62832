"""The submissions of a class: who there is, where each lies, and the folder that each result goes to."""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.base import paths
from grader.base.errors import UsageError
from grader.base.plain_text import line
from grader.course.results_folder import CLASS_FILES
from grader.kata import intake

_PLAIN_NAME = re.compile(r"(?!.*-[0-9a-f]{8}$)[\w@+][\w @+.,()-]{0,99}")  # none looks like the name of an odd one


@dataclass(frozen=True)
class Entry:
    """One student's submission: the name, where it lies, and the folder of RESULTS that its result goes to."""

    student: str
    path: Path
    slot: str


def entries(submissions: Path) -> tuple[list[Entry], list[str]]:
    """The submissions in a folder, in the order of their names; second, what lies there and is none.

    Raises:
        UsageError: there is no such folder, it cannot be read, or it holds no submission.
    """
    shown = paths.shown(submissions)
    try:
        found = sorted(os.scandir(submissions), key=lambda entry: _natural(entry.name))
    except OSError as error:
        raise UsageError(f"the submissions in {shown} cannot be read: {error.strerror}") from error
    named, strangers = [], []
    for entry in found:
        if entry.name.startswith("."):
            strangers.append(line(entry.name))
        elif entry.is_dir():
            named.append((entry.name, entry.name))
        elif entry.name.lower().endswith(intake.KINDS):
            named.append((entry.name, entry.name.rpartition(".")[0]))
        else:
            strangers.append(line(entry.name))
    if not named:
        raise UsageError(f"{shown} holds no submission: a folder, a .zip or an .ipynb for each student is expected")
    places = [submissions / name for name, _ in named]
    return [Entry(line(s), path, slot(s)) for path, s in zip(places, _students(named), strict=True)], strangers


def _students(named: Sequence[tuple[str, str]]) -> list[str]:
    """A name for each student: the short one, or that of the whole file where two would have the same."""
    students = [short for _, short in named]
    while True:
        counts = Counter(student.casefold() for student in students)
        apart = [name if counts[s.casefold()] > 1 else s for (name, _), s in zip(named, students, strict=True)]
        if apart == students:
            return students
        students = apart


def slot(student: str) -> str:
    """The name of a student's folder in RESULTS: the student's, but for what could lead elsewhere or hide."""
    free = student.casefold() not in CLASS_FILES
    if _PLAIN_NAME.fullmatch(student) and free and not student.endswith((".", " ")):
        return student
    kept = re.sub(r"[^\w@+-]", "_", student.encode("utf-8", "replace").decode())[:60].strip("_-")
    return f"{kept or 'student'}-{hashlib.sha256(os.fsencode(student)).hexdigest()[:8]}"


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """Sorts `student2` before `student10`."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]
