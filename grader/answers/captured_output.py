"""Where what answers print goes: the end of it is kept, for the feedback."""

import io

MOST_PRINTED = 2_000


class Tail(io.TextIOBase):
    """Standard output for answers: keeps the end of what they print, and cannot be closed or filled."""

    def __init__(self) -> None:
        self._text = ""

    def write(self, text: str) -> int:
        """Keep the last characters."""
        self._text = (self._text + text[-MOST_PRINTED:])[-MOST_PRINTED:]
        return len(text)

    def writable(self) -> bool:
        """It is."""
        return True

    def close(self) -> None:
        """Closing changes nothing: the next print still works."""

    def forget(self) -> None:
        """Start anew."""
        self._text = ""

    def text(self) -> str:
        """What was printed last."""
        return self._text
