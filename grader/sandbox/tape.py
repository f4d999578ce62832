"""Frames as they went over the boundary, in turn: kept in a file that two processes of this side share.

The one that held the conversation so far writes them down; the other one lives through it anew, and goes on where it
ends. What it then says and hears is written down as well.
"""

import os
import struct
from collections import deque
from collections.abc import Iterable
from typing import Literal

MOST_BYTES = 4 << 20  # of one conversation that is kept
_HEAD = struct.Struct(">cQ")

Kind = Literal[b"S", b"R", b"P"]
SENT: Kind = b"S"
RECEIVED: Kind = b"R"
PART: Kind = b"P"  # the beginning of a frame, the rest of which has not arrived yet
Frames = list[tuple[Kind, bytes]]


class Strayed(BaseException):
    """A conversation lived through anew took another course: what is said does not depend on what is heard alone."""


class Log:
    """The file: of one process's making, and inherited by the other."""

    def __init__(self, descriptor: int | None = None) -> None:
        self.descriptor = os.memfd_create("tape") if descriptor is None else descriptor

    def write(self, frames: Iterable[tuple[Kind, bytes]]) -> None:
        """Add frames at the end."""
        data = memoryview(b"".join(part for kind, frame in frames for part in (_HEAD.pack(kind, len(frame)), frame)))
        while data:
            data = data[os.write(self.descriptor, data) :]

    def end(self) -> int:
        """Where the next frame will be written."""
        return os.lseek(self.descriptor, 0, os.SEEK_END)

    def read(self, start: int, end: int) -> Frames:
        """The frames between two places."""
        data, at = os.pread(self.descriptor, end - start, start), 0
        frames: Frames = []
        while at < len(data):
            kind, size = _HEAD.unpack_from(data, at)
            at += _HEAD.size
            frames.append((kind, data[at : at + size]))
            at += size
        return frames

    def close(self) -> None:
        """Give the memory back."""
        os.close(self.descriptor)


class Tape:
    """One conversation after another, each lived through as far as it is known and then gone on with."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._past: deque[tuple[Kind, bytes]] = deque()
        self._heard = False  # whether the frame that is received now stands in the log already
        self._size = 0
        self._strayed = False

    def begin(self, start: int, end: int) -> None:
        """Begin a conversation that is known between two places of the log."""
        self._past = deque(self._log.read(start, end))
        self._size = end - start

    def went(self, frame: bytes) -> bool:
        """Whether a frame that shall be sent went over already; else it is written down.

        Raises:
            Strayed: another one went over in its place.
        """
        if not (known := bool(self._past)):
            self._keep(SENT, frame)
        elif self._past.popleft() != (SENT, frame):
            self._strayed = True
        if self._strayed:
            raise Strayed
        return known

    def came(self) -> bytes:
        """What has already arrived of the frame that shall be received next."""
        self._heard = bool(self._past) and self._past[0][0] == RECEIVED
        return self._past.popleft()[1] if self._past else b""

    def received(self, frame: bytes) -> None:
        """Write down what was received, unless it is known."""
        if not self._heard:
            self._keep(RECEIVED, frame)

    def end(self) -> int | None:
        """Where the conversation ends in the log; None where it was too long to be kept.

        Raises:
            Strayed: what went over already went on.
        """
        if self._past:
            raise Strayed
        return self._log.end() if self._size <= MOST_BYTES else None

    def _keep(self, kind: Kind, frame: bytes) -> None:
        self._size += len(frame)
        if self._size <= MOST_BYTES:
            self._log.write([(kind, frame)])
