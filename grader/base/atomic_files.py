"""Atomic files: written completely or not at all, so that a full disk or a kill keeps the old file; damaged files are
renamed.
"""

import contextlib
import os
import secrets
from pathlib import Path

from grader.base import paths
from grader.base.errors import UsageError


def writable(path: Path) -> None:
    """Check early for what `write_whole` would only report after the work: a missing folder, or a folder in place of a
    file.

    Raises:
        UsageError: the file cannot be written there.
    """
    folder = path.absolute().parent
    if path.is_dir():
        raise UsageError(f"{paths.shown(path)} is a folder; give the name of a file")
    if not folder.is_dir():
        raise UsageError(f"cannot write {paths.shown(path)}: there is no folder {paths.shown(folder)}")
    if not os.access(folder, os.W_OK):
        raise UsageError(f"cannot write {paths.shown(path)}: the folder {paths.shown(folder)} is read-only")


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a temporary file, then move it into place in one step.

    Raises:
        UsageError: the folder is missing or read-only, the disk is full, ...; nothing is left behind.
        KeyboardInterrupt: Ctrl-C came meanwhile; nothing is left behind then, either.
    """
    data = content.encode() if isinstance(content, str) else content
    waiting: Path | None = None
    try:
        if path.is_dir():
            raise UsageError(f"{paths.shown(path)} is a folder; give the name of a file")
        if path.exists() and not path.is_file():  # a pipe or a device cannot be replaced
            path.write_bytes(data)
            return
        target = path.resolve()  # a symbolic link stays a link
        waiting = target.with_name(f".{target.name}.{secrets.token_hex(6)}")  # known before the file exists
        with waiting.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(target)
    except OSError as error:
        raise UsageError(f"cannot write {paths.shown(path)}: {error.strerror}; choose another file") from error
    finally:
        if waiting is not None:
            with contextlib.suppress(OSError):
                waiting.unlink(missing_ok=True)


def put_aside(path: Path) -> str:
    """Rename a damaged file so that nothing in it is lost; return a line about it."""
    number = 1
    while (aside := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
        number += 1
    try:
        path.rename(aside)
    except OSError:
        return f"{paths.shown(path)} is damaged and cannot be renamed; starting without it"
    return f"{paths.shown(path)} was damaged: it was renamed to {aside.name}, and a new one is started"
