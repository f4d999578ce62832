"""`grade reset`: restores the stub; the old file is kept next to it and never overwritten."""

from pathlib import Path

from grader.base import paths
from grader.base.atomic_files import write_whole
from grader.base.errors import UsageError
from grader.kata import stubs
from grader.kata.curriculum import Exercise


def reset(exercise: Exercise) -> Path | None:
    """Replace the learner's file with the stub.

    Returns:
        The backup of the old file; None where there was no file, or it was the stub already.
    """
    stub = stubs.stub(exercise)
    backup = None
    try:
        if exercise.stub.is_dir():
            raise UsageError(f"{paths.shown(exercise.stub)} is a folder; move it away first")
        old = exercise.stub.read_bytes() if exercise.stub.exists() else None
        if old is not None and old != stub.encode():
            backup = _unused(exercise.stub)
            write_whole(backup, old)
        if exercise.stub.is_symlink():
            exercise.stub.unlink()
    except OSError as error:
        raise UsageError(f"cannot read {paths.shown(exercise.stub)}: {error.strerror}") from error
    if old != stub.encode():
        write_whole(exercise.stub, stub)
    return backup


def _unused(path: Path) -> Path:
    number = 1
    while (backup := path.with_name(f"{path.name}.{number}.bak")).exists():
        number += 1
    return backup
