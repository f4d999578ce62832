"""Frames over a socket between grader and worker, each with a deadline."""

import socket
import time
from typing import Any, Literal, NoReturn

from grader.answers import wire

MOST_READ = 1 << 16  # bytes at once
Why = Literal["closed", "protocol", "time"]


class Lost(BaseException):
    """The other end is gone: it died, violated the protocol, or timed out. Checks must not handle it as an ordinary
    error.
    """

    def __init__(self, why: Why, details: str) -> None:
        super().__init__(details)
        self.why = why


class Channel:
    """Sends and receives frames over a socket, each within the deadline."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._arrived = bytearray()  # received but not yet used
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
        """Receive the next frame: its header, and the bytes of its tensors."""
        try:
            text, body = map(self._exactly, wire.lengths(self._exactly(wire.LENGTHS.size)))
            return wire.parse(text), body
        except wire.WireError as error:
            self.lose("protocol", str(error))

    def ask(self, data: bytes) -> tuple[dict[str, Any], bytearray]:
        """Send a request and return the reply; raise `Lost` if unrequested data has arrived."""
        if self._arrived:
            self.lose("protocol", "more than was asked for")
        self.send(data)
        return self.receive()

    def lose(self, why: Why, details: str) -> NoReturn:
        """Close the connection."""
        self._lost = self._lost or Lost(why, details)
        self._socket.close()
        raise self._lost

    def _exactly(self, size: int) -> bytearray:
        """Receive a number of bytes; memory grows only as bytes arrive."""
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
