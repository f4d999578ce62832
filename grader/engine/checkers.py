"""Processes that run the checks of a sandboxed answer when they are told, one by one; from this side.

Each check goes on with a conversation that somebody else has begun: what was said so far stands in a log that both
processes share, and so does then what follows.
"""

import contextlib
import json
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from grader.answers.sandbox import SandboxedWorker
from grader.answers.tape import Frames, Log
from grader.base import request_socket

Record = dict[str, Any]
Fork = Callable[[Sequence[int]], Callable[[float], int | None]]  # with these descriptors; how to end it


class Checker:
    """A process that runs checks, from this side: it lives through what was said before, and goes on from there."""

    def __init__(self, fork: Fork) -> None:
        self._log = Log()
        self._socket, theirs = socket.socketpair()
        self._lines = self._socket.makefile("rb")
        self._end: Callable[[float], int | None] | None = None
        try:
            with theirs:
                self._end = fork([theirs.fileno(), self._log.descriptor])
        finally:
            if self._end is None:
                self._close()

    def begin(self, request: Record, imports: Frames, worker: SandboxedWorker) -> None:
        """Turn to another answer, imported as far as these frames tell."""
        self._told(request, imports, [worker.connection.fileno()])

    def run(self, name: str, conversation: int, frames: Frames, seconds: float) -> None:
        """Have a check run on from these frames."""
        self._told({"check": name, "conversation": conversation, "seconds": max(seconds, 0.01)}, frames)

    def _told(self, request: Record, frames: Frames, descriptors: Sequence[int] = ()) -> None:
        self._log.begin(frames)
        with contextlib.suppress(OSError):  # it is gone: its records have come to an end
            request_socket.send(self._socket, request, descriptors)

    def records(self) -> Iterator[Record]:
        """What it tells, as it comes."""
        with contextlib.suppress(OSError, ValueError):
            for line in self._lines:
                yield json.loads(line)

    def conversation(self) -> Frames:
        """The conversation that has come to its end."""
        return self._log.read()

    def end(self, patience: float) -> int | None:
        """End it; its exit status, None where it had to be killed."""
        if self._end is None:
            return None
        end, self._end = self._end, None
        status = end(patience)
        self._close()
        return status

    def _close(self) -> None:
        self._lines.close()
        self._socket.close()
        self._log.close()


class Checkers:
    """Processes that run checks: started when they are needed, and kept for the exercises of one submission."""

    def __init__(self, fork: Fork) -> None:
        self._fork = fork
        self._idle: list[Checker] = []

    def take(self) -> Checker:
        """One that does nothing yet, or nothing any more."""
        return self._idle.pop() if self._idle else Checker(self._fork)

    def give_back(self, checker: Checker) -> None:
        """Keep one for the next exercise."""
        self._idle.append(checker)

    def end(self) -> None:
        """End them all: the next submission shall find nothing of this one."""
        while self._idle:
            self._idle.pop().end(0.0)
