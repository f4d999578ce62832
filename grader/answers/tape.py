"""Frames as they went over the boundary, in turn: kept in a file that two processes of this side share.

The one that held the conversation so far writes them down; the other one lives through it anew, and goes on where it
ends. What it then says and hears is written down as well.
"""

import os
import struct
from collections import deque
from collections.abc import Iterable
from typing import Literal

MOST_BYTES = 4 << 20  # of a conversation that is kept, and so of each frame in it
_HEAD = struct.Struct(">cQ")

Kind = Literal[b"S", b"R", b"P"]
SENT: Kind = b"S"
RECEIVED: Kind = b"R"
PART: Kind = b"P"  # the beginning of a frame, the rest of which has not arrived yet
Frames = list[tuple[Kind, bytes]]


class Strayed(BaseException):
    """A conversation does not go as one apart from all others: what is said depends on more than what is heard in it.

    `by_answer`: the answer says so, which kept something of an earlier one.
    """

    def __init__(self, *, by_answer: bool = False) -> None:
        super().__init__()
        self.by_answer = by_answer


class Log:
    """The file, with one conversation: of one process's making, and inherited by the other."""

    def __init__(self, descriptor: int | None = None) -> None:
        self.descriptor = os.memfd_create("tape") if descriptor is None else descriptor

    def begin(self, frames: Frames) -> None:
        """Hold these frames and nothing else."""
        os.ftruncate(self.descriptor, 0)
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        self.write(frames)

    def write(self, frames: Iterable[tuple[Kind, bytes]]) -> None:
        """Add frames at the end."""
        data = memoryview(b"".join(part for kind, frame in frames for part in (_HEAD.pack(kind, len(frame)), frame)))
        while data:
            data = data[os.write(self.descriptor, data) :]

    def read(self) -> Frames:
        """All frames."""
        data, at = os.pread(self.descriptor, os.fstat(self.descriptor).st_size, 0), 0
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
        self._is_known = False  # whether the frame that is received now stands in the log already
        self._room = 0
        self._strayed = False

    def begin(self) -> None:
        """Begin the conversation that the log holds."""
        frames = self._log.read()
        self._past = deque(frames)
        self._room = MOST_BYTES - sum(len(frame) for _, frame in frames)

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
        """What has already arrived of the frame that shall be received next.

        Raises:
            Strayed: it is this end's turn to speak.
        """
        if not self._past:
            self._is_known = False
            return b""
        kind, frame = self._past.popleft()
        if kind == SENT:
            self._strayed = True
            raise Strayed
        self._is_known = kind == RECEIVED
        return frame

    def received(self, *parts: bytes | bytearray) -> None:
        """Write down the parts of the frame that was received, unless it is known."""
        if not self._is_known:
            self._keep(RECEIVED, *parts)

    def is_kept(self) -> bool:
        """Whether all of the conversation is in the log: it may have been too long.

        Raises:
            Strayed: what went over already went on.
        """
        if self._past:
            raise Strayed
        return self._room >= 0

    def _keep(self, kind: Kind, *parts: bytes | bytearray) -> None:
        self._room -= sum(map(len, parts))
        if self._room < 0:
            return
        try:
            self._log.write([(kind, b"".join(parts))])
        except OSError:  # no memory is left for the log; the conversation goes on without
            self._room = -1
