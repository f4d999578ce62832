"""A process that works for the grader: its records as they arrive, its CPU time, and how to end it."""

import json
import time
from collections.abc import Callable
from typing import IO, Any

from grader.answers.cpu_clock import cpu_seconds
from grader.answers.sandbox import SandboxedWorker
from grader.base.json_lines import read_records

PIPE_CLOSED = 74  # the exit status of a process whose answer closed the pipe for its records


class Process:
    """A process that checks one exercise, or that holds its known mistakes.

    Attributes:
        records: what it tells; None at its end.
        end: ends it after so many seconds at most; returns its exit status, or None if it was killed.
        worker: the process that the answers run in, where that is another one: in the sandbox.
    """

    def __init__(
        self,
        pipe: IO[bytes],
        end: Callable[[float], int | None],
        number: int | None = None,
        worker: SandboxedWorker | None = None,
        questions: IO[bytes] | None = None,
    ) -> None:
        self.records = read_records(pipe)
        self.end = end
        self.worker = worker
        self._questions = questions
        self._number, self._began = number, time.monotonic()
        self._used = 0.0

    def ask(self, question: dict[str, Any]) -> None:
        """Send a question to a process that takes some; its records answer.

        Raises:
            OSError: the process has ended.
        """
        assert self._questions is not None
        self._questions.write(json.dumps(question).encode() + b"\n")
        self._questions.flush()

    def cpu_seconds(self) -> float:
        """The CPU time that the process in which the answers run has used, or wall-clock time if the system has none.

        Once the process has ended, the last time that was read: the system does not know it any more.
        """
        if self.worker is not None:
            return self.worker.cpu_seconds()
        now = cpu_seconds(self._number) if self._number is not None else time.monotonic() - self._began
        self._used = max(self._used, now)
        return self._used
