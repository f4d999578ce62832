"""Requests over a socket: their length with any file descriptors, then JSON.

The length comes first because a request may contain a check's observations, more than one read returns.
"""

import json
import socket
from collections.abc import Iterator, Sequence
from typing import Any

_LENGTH_BYTES = 8
_MOST_DESCRIPTORS = 2


def send(control: socket.socket, request: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
    """Send a complete request, with copies of open descriptors."""
    data = json.dumps(request).encode()
    socket.send_fds(control, [len(data).to_bytes(_LENGTH_BYTES, "big")], descriptors)
    control.sendall(data)


def received(control: socket.socket) -> Iterator[tuple[dict[str, Any], list[int]]]:
    """Yield requests with their descriptors until the other end closes.

    It waits for an answer before it sends the next.
    """
    while (request := _receive(control)) is not None:
        yield request


def _receive(control: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """Wait for the next request and its descriptors; None if the other end has closed."""
    length, descriptors, _, _ = socket.recv_fds(control, _LENGTH_BYTES, _MOST_DESCRIPTORS)
    if not length:
        return None
    with control.makefile("rb", buffering=0) as stream:
        data = b""
        while len(data) < int.from_bytes(length, "big"):
            more = stream.read(int.from_bytes(length, "big") - len(data))
            if not more:
                return None
            data += more
    return json.loads(data), descriptors
