"""The text of a Python file, wherever it comes from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """The text of a file, and its path in tracebacks."""

    path: str
    text: bytes
