"""Files written whole or not at all: a full disk or a kill leaves the old one as it was; damaged ones are put aside."""

import contextlib
import os
import secrets
from pathlib import Path

from grader.base import paths
from grader.base.errors import UsageError


def writable(path: Path) -> None:
    """Find out early what `write_whole` would only say after the work: a folder that is missing, or one for a file.

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
    """Write a file beside its place, then move it there in one step.

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
        target = path.resolve()  # a symbolic link stays one
        waiting = target.with_name(f".{target.name}.{secrets.token_hex(6)}")  # known before it is there
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
    """Move a damaged file away under another name, so that nothing in it is lost; returns a line about it."""
    number = 1
    while (aside := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
        number += 1
    try:
        path.rename(aside)
    except OSError:
        return f"{paths.shown(path)} is damaged and cannot be renamed; starting without it"
    return f"{paths.shown(path)} was damaged: it was renamed to {aside.name}, and a new one is started"
