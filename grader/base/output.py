"""Standard input and output of commands: they may be closed, full, or have an encoding without our symbols."""

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
    **{"±": "+/-", "\N{BRAILLE PATTERN BLANK}": " "},
}
_WRITES_FAIL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def prepare() -> None:
    """Replace closed streams with nothing, and write symbols that the encoding lacks in ASCII."""
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 (until the process ends)
    for name in ("stdout", "stderr"):
        stream: TextIO | None = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 (as above)
        elif hasattr(stream, "reconfigure"):
            codecs.register_error("kata", _in_ascii)
            stream.reconfigure(errors="kata")


def cannot_be_written(error: OSError) -> bool:
    """Return whether the error means a full disk, a file size limit, or a missing folder for temporary files."""
    return error.errno in _WRITES_FAIL or "No usable temporary directory" in str(error)


def drop() -> None:
    """Discard the rest of standard output, which cannot be written."""
    if sys.__stdout__ is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_stand_in, error.object[error.start : error.end])), error.end


def _stand_in(sign: str) -> str:
    if "\N{BRAILLE PATTERN BLANK}" < sign <= "\N{BRAILLE PATTERN DOTS-12345678}":  # the curves of `grade race`
        return "."
    return ASCII.get(sign, "?")
