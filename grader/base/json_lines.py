"""JSON lines, the one framing between processes of the grader: over a pipe, or over a socket with open descriptors.

Tensors and all that a sandboxed worker sends cross as frames instead (`answers.wire`).
"""

import contextlib
import json
import os
import queue
import socket
import threading
from collections.abc import Iterator, Sequence
from typing import IO, Any

MOST_READ = 1 << 16  # bytes at once
MOST_DESCRIPTORS = 2  # with one line


class Records:
    """Writes records to a pipe, one JSON line each."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def send(self, **record: Any) -> None:
        """Write one complete record."""
        data = json.dumps(record).encode() + b"\n"
        while data:
            data = data[os.write(self.descriptor, data) :]


def read_records(pipe: IO[bytes]) -> "queue.Queue[dict[str, Any] | None]":
    """Read the JSON lines of a process as they arrive; None marks the end."""
    records: queue.Queue[dict[str, Any] | None] = queue.Queue()

    def read() -> None:
        with contextlib.suppress(OSError, ValueError):
            for line in pipe:
                records.put(json.loads(line))
        records.put(None)

    threading.Thread(target=read, daemon=True).start()
    return records


class JsonSocket:
    """Sends and receives JSON lines on a socket, each with open file descriptors.

    Each side waits for the reply before it sends the next line, so descriptors belong to the line that they came with.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._arrived = bytearray()

    def send(self, value: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
        """Send one line, whole, and copies of open descriptors."""
        data = json.dumps(value).encode() + b"\n"
        sent = socket.send_fds(self._socket, [data], descriptors) if descriptors else 0
        self._socket.sendall(data[sent:])

    def receive(self) -> tuple[dict[str, Any], list[int]] | None:
        """Wait for the next line and its descriptors; None if the other end has closed."""
        descriptors: list[int] = []
        while b"\n" not in self._arrived:
            data, came, _, _ = socket.recv_fds(self._socket, MOST_READ, MOST_DESCRIPTORS)
            if not data:
                return None
            self._arrived += data
            descriptors += came
        line, _, self._arrived = self._arrived.partition(b"\n")
        value: dict[str, Any] = json.loads(line)
        return value, descriptors

    def received(self) -> Iterator[tuple[dict[str, Any], list[int]]]:
        """The lines as they come, until the other end closes."""
        while (line := self.receive()) is not None:
            yield line

    def close(self) -> None:
        """Close this end."""
        self._socket.close()
