"""Finds the known mistakes behind observations, in processes that hold the mistakes and no answer.

Each process serves one exercise with one seed. It is kept, because it remembers how the mistakes behave: the next
answer of a class that fails the same checks costs no run of a mistake.
"""

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from grader.base.errors import UsageError
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

    They end with the process that forked them, or with the workers.

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
            UsageError: the workers broke, or a check uses answers in an unsupported way.
        """
        with self._bank(request) as bank:
            record = self._answer(bank, request, observed, cancellation)
        if record is None:
            return Causes({})
        if "broken" in record:
            raise UsageError(record["broken"])
        return Causes({name: Cause(**cause) for name, cause in record["causes"].items()}, tuple(record["alone"]))

    def _answer(
        self, bank: _Bank, request: FindMistakes, observed: Observed, cancellation: Cancellation
    ) -> dict[str, Any] | None:
        """Ask one question; None if the process dies or takes too long."""
        cancellation.check()
        kept = bank.process is not None
        process = bank.process = bank.process or self._start(request)
        record = None
        try:
            with cancellation.watching(process):
                process.ask(asdict(observed))
                record = process.records.get(timeout=SECONDS)
            cancellation.check()
        except queue.Empty:
            kept = False  # it would take too long again
        except OSError:
            pass
        except BaseException:  # the run was given up; it is raised again
            bank.end()
            raise
        if record is not None:
            return record
        bank.end()
        return self._answer(bank, request, observed, cancellation) if kept else None  # it died since the last question

    @contextlib.contextmanager
    def _bank(self, request: FindMistakes) -> Iterator[_Bank]:
        """Lend the process for a request to the block alone; if there are too many, end the one unused for longest."""
        with self._choosing:
            bank = self._banks[request] = self._banks.pop(request, _Bank())
            bank.asking.acquire()
            if len(self._banks) > self._most:
                unused = self._banks.pop(next(iter(self._banks)))
                with unused.asking:
                    unused.end()
        try:
            yield bank
        finally:
            bank.asking.release()
