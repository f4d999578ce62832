"""Whole frames over a socket, each within its deadline, and the end of a conversation in which one does not come."""

import socket
import time
from typing import Any, Literal, NoReturn

from grader.answers import wire

MOST_READ = 1 << 16  # bytes at once
Why = Literal["closed", "protocol", "time"]


class Lost(BaseException):
    """The other end is gone: it died, it broke the rules, or it took too long. No check may take it for an error."""

    def __init__(self, why: Why, details: str) -> None:
        super().__init__(details)
        self.why = why


class Channel:
    """Whole frames over a socket, each within the deadline."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._arrived = bytearray()  # read, and not yet taken
        self._lost: Lost | None = None
        self.deadline: float | None = None

    def send(self, data: bytes) -> None:
        """Send a frame."""
        view = memoryview(data)
        while view:
            self._wait()
            try:
                view = view[self._socket.send(view) :]
            except TimeoutError:
                self.lose("time", "it does not read")
            except OSError as error:
                self.lose("closed", str(error))

    def receive(self) -> tuple[dict[str, Any], bytearray]:
        """Take the next frame: its header, and the bytes of its tensors."""
        try:
            text, body = map(self._exactly, wire.lengths(self._exactly(wire.LENGTHS.size)))
            return wire.parse(text), body
        except wire.WireError as error:
            self.lose("protocol", str(error))

    def ask(self, data: bytes) -> tuple[dict[str, Any], bytearray]:
        """Send a frame and take the reply; nothing may have come that was not asked for."""
        if self._arrived:
            self.lose("protocol", "more than was asked for")
        self.send(data)
        return self.receive()

    def lose(self, why: Why, details: str) -> NoReturn:
        """End the conversation."""
        self._lost = self._lost or Lost(why, details)
        self._socket.close()
        raise self._lost

    def _exactly(self, size: int) -> bytearray:
        """Take so many bytes; most frames come whole with one read, and memory grows only as bytes come."""
        while len(self._arrived) < size:
            self._wait()
            try:
                came = self._socket.recv(MOST_READ)
            except TimeoutError:
                self.lose("time", "no answer in time")
            except OSError as error:
                self.lose("closed", str(error))
            if not came:
                self.lose("closed", "the connection was closed")
            self._arrived += came
        taken = self._arrived[:size]
        del self._arrived[:size]
        return taken

    def _wait(self) -> None:
        if self._lost is not None:
            raise self._lost
        if self.deadline is None:
            return
        left = self.deadline - time.monotonic()
        if left <= 0:
            self.lose("time", "no answer in time")
        self._socket.settimeout(left)
