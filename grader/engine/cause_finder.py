"""Finds the known mistakes behind observations, in processes that hold the mistakes and no answer.

Each process serves one exercise with one seed. It is kept, because it remembers how the mistakes behave: the next
answer of a class that fails the same checks costs no run of a mistake.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from grader.base.results import Cause, Causes
from grader.engine.cancellation import Cancellation
from grader.engine.process import Process
from grader.engine.requests import FindMistakes, Observed

SECONDS = 60.0  # for one answer, which takes 0.1 s of CPU time; a mistake that hangs must not block a report


@dataclass
class _Bank:
    """The process for one exercise and seed, from the first question on. One thread at a time asks it."""

    process: Process | None = None
    asking: threading.Lock = field(default_factory=threading.Lock)

    def end(self) -> None:
        if self.process is not None:
            self.process.end(0.0)
            self.process = None


class CauseFinder:
    """Asks the processes that hold the known mistakes; each is started when it is first needed.

    Args:
        start: starts a process.
        most: processes to keep; if there are more, the one that was not used for longest is ended.
    """

    def __init__(self, start: Callable[[FindMistakes], Process], most: int) -> None:
        self._start, self._most = start, most
        self._banks: dict[FindMistakes, _Bank] = {}  # the last one was used last
        self._choosing = threading.Lock()

    def causes(self, request: FindMistakes, observed: Observed, cancellation: Cancellation) -> Causes:
        """Find the mistakes that explain what the checks observed; none if that takes too long.

        Raises:
            Cancelled: the run was cancelled.
        """
        bank = self._bank(request)
        with bank.asking:
            kept = bank.process is not None
            record = self._record(bank, request, observed, cancellation)
            if record is None and kept:  # it may have died since the last question
                record = self._record(bank, request, observed, cancellation)
        if record is None:
            return Causes({})
        return Causes({name: Cause(**cause) for name, cause in record["causes"].items()}, tuple(record["alone"]))

    def _record(
        self, bank: _Bank, request: FindMistakes, observed: Observed, cancellation: Cancellation
    ) -> dict[str, Any] | None:
        """Ask one question; None if the process has died or takes too long, which also ends it."""
        record = None
        try:
            bank.process = bank.process or self._start(request)
            with cancellation.watching(bank.process):
                bank.process.ask(asdict(observed))
                answer = bank.process.records.get(timeout=SECONDS)
            cancellation.check()
            record = answer
        except (OSError, queue.Empty):
            pass
        finally:
            if record is None:
                bank.end()
        return record

    def _bank(self, request: FindMistakes) -> _Bank:
        with self._choosing:
            bank = self._banks[request] = self._banks.pop(request, _Bank())
            unused = self._banks.pop(next(iter(self._banks))) if len(self._banks) > self._most else None
        if unused is not None:
            with unused.asking:
                unused.end()
        return bank

    def close(self) -> None:
        """End all processes."""
        for bank in self._banks.values():
            bank.end()
