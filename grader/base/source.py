"""The text of a Python file, wherever it comes from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """The text of one file, and the path by which tracebacks name it."""

    path: str
    text: bytes
