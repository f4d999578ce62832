"""Cancels a run from another thread; a thread that waits for one of the run's processes wakes up."""

import contextlib
import threading
from collections.abc import Iterator

from grader.engine.process import Process


class Cancellation:
    """Cancels a run: the thread that waits for one of its processes raises `Cancelled` and ends that process."""

    def __init__(self) -> None:
        self.asked = False
        self._running: set[Process] = set()
        self._lock = threading.Lock()

    def ask(self) -> None:
        """Cancel the run."""
        with self._lock:
            self.asked = True
            for process in self._running:
                process.records.put(None)  # wakes up the thread that waits for a record

    @contextlib.contextmanager
    def watching(self, process: Process) -> Iterator[None]:
        """Wake up the reader of this process's records if the run is cancelled; raise `Cancelled` if it already is."""
        with self._lock:
            self.check()
            self._running.add(process)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(process)

    def check(self) -> None:
        """Raise `Cancelled` if the run was cancelled."""
        if self.asked:
            raise Cancelled


class Cancelled(Exception):
    """The run was cancelled."""
