"""JSON lines from the process that runs answers to the process that controls it."""

import contextlib
import json
import os
import queue
import threading
from typing import IO, Any


class Records:
    """Writes records, one JSON line each."""

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
