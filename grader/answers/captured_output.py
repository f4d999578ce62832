"""Captures what answers print and keeps the end of it for the feedback."""

import io

MOST_PRINTED = 2_000


class Tail(io.TextIOBase):
    """Standard output for answers: keeps the end of what they print; it cannot be closed or filled up."""

    def __init__(self) -> None:
        self._text = ""

    def write(self, text: str) -> int:
        """Append text and keep only the last characters."""
        self._text = (self._text + text[-MOST_PRINTED:])[-MOST_PRINTED:]
        return len(text)

    def writable(self) -> bool:
        """Return True."""
        return True

    def close(self) -> None:
        """Do nothing, so that the next print still works."""

    def taken(self) -> str:
        """Return the end of the printed text, and forget it."""
        text, self._text = self._text, ""
        return text
