"""Standard input and output as commands find them: closed, full, or of an encoding that lacks our signs."""

import codecs
import errno
import os
import sys
from pathlib import Path
from typing import TextIO

ASCII = {
    **{"✓": "+", "✗": "x", "·": ".", "–": "-", "—": "-", "★": "*", "…": "...", "»": ">", "«": "<", "−": "-", "×": "x"},
    **{"─": "-", "│": "|", "└": "+", "├": "+", "┬": "+", "┘": "+", "┐": "+", "┌": "+", "┴": "+", "┤": "+", "┼": "+"},
    **{"→": "->", "←": "<-", "µ": "u", "²": "2", "≤": "<=", "≥": ">=", "„": '"', "“": '"', "”": '"', "’": "'"},
    **{"█": "#", "▁": "_", "▏": "|", "━": "-", "╸": "-", "╺": "-", "°": " deg"},
}
_WRITES_FAIL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def prepare() -> None:
    """Open what is closed to nothing, and write signs that an encoding lacks in ASCII."""
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 (until the process ends)
    for name in ("stdout", "stderr"):
        stream: TextIO | None = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            codecs.register_error("kata", _in_ascii)
            stream.reconfigure(errors="kata")


def cannot_be_written(error: OSError) -> bool:
    """Whether this says that the disk is full, that a file may not grow, or that no folder for either is left."""
    return error.errno in _WRITES_FAIL or "No usable temporary directory" in str(error)


def drop() -> None:
    """Write nothing more to standard output: what is left in its buffer has no place to go."""
    if sys.__stdout__ is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(ASCII.get(sign, "?") for sign in error.object[error.start : error.end]), error.end
