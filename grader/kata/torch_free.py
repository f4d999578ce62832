"""Exercises that can be graded without torch, which cannot be installed everywhere (for example on Macs with Intel)."""

import importlib.util
import re
from collections.abc import Sequence

from grader.base.errors import UsageError
from grader.kata import curriculum, references
from grader.kata.curriculum import Exercise

_IMPORT = re.compile(r"^\s*(?:import|from) torch\b", re.MULTILINE)


def split(chosen: Sequence[Exercise]) -> tuple[list[Exercise], list[str]]:
    """Return the exercises that can be graded here, and a note on the others.

    Raises:
        UsageError: none of them can.
    """
    if _is_installed():
        return list(chosen), []
    able = [exercise for exercise in chosen if not _needs_torch(exercise)]
    left = [exercise.short for exercise in chosen if exercise not in able]
    if not left:
        return able, []
    names = f"{left[0]} to {left[-1]}" if len(left) > 2 else " and ".join(left)
    note = f"torch is not installed here: {names} cannot be graded; make grade installs it if it can"
    if not able:
        raise UsageError(note)
    return able, [note]


def _is_installed() -> bool:
    try:
        return importlib.util.find_spec("torch") is not None
    except ImportError:
        return False


def _needs_torch(exercise: Exercise) -> bool:
    texts = (references.solution(name) for name in (exercise.name, *curriculum.ancestors(exercise)))
    return any(text is None or _IMPORT.search(text) for text in texts)
