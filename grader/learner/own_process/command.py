"""The command's side of a process for the learner's code: starts it, sends lines, reads records, ends it.

The process runs a worker module of this package with `worker.carry_out`.
"""

import contextlib
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any

from grader.base import paths
from grader.base.errors import AnswersFailed
from grader.base.json_lines import read_records
from grader.engine.worker_processes import environment

ENDED = "the answers ended the process"
LAST_SECONDS = 5.0  # a process started by an answer may keep the pipe open
MOST_LINE = 1 << 12


class OwnProcess:
    """A worker with an order. Its records arrive in a queue, None at its end. Close it, or use `with`.

    Args:
        worker: the module's name in `grader.learner`.
        order: what it is to do.
        told_more: whether `tell` will be used; else an answer that reads standard input finds its end.
        errors: where what answers print goes, as `subprocess` has it; None: to the learner. Of a pipe the last line is
            kept, in `last_words`.
    """

    def __init__(
        self, worker: str, order: Mapping[str, Any], *, told_more: bool = False, errors: int | None = None
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", f"grader.learner.{worker}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=paths.checkout().root,
            env=environment(),
            start_new_session=True,  # only the command receives Ctrl-C, and ends the process
        )
        assert self.process.stdin is not None and self.process.stdout is not None
        self.records = read_records(self.process.stdout)
        self._last_line = b""
        self._reader = threading.Thread(target=self._read_errors, daemon=True)
        if self.process.stderr is not None:
            self._reader.start()
        self.tell(json.dumps(order))
        if not told_more:
            with contextlib.suppress(OSError):
                self.process.stdin.close()

    def tell(self, line: str) -> None:
        """Send a line; a process that has ended reports that in its last record."""
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            self.process.stdin.write(line.encode() + b"\n")
            self.process.stdin.flush()

    def last_words(self) -> str:
        """Return the last line that it printed, once it has ended."""
        self._reader.join(LAST_SECONDS)
        return self._last_line.decode(errors="replace").strip() or ENDED

    def _read_errors(self) -> None:
        """Read its error output, because a full pipe would block the answers."""
        assert self.process.stderr is not None
        while line := self.process.stderr.readline(MOST_LINE):
            self._last_line = line if line.strip() else self._last_line

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> "OwnProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def failed(record: Mapping[str, Any], what: str = "") -> AnswersFailed:
    """Make an error from the record of an answer's exception; `what` says what was interrupted."""
    return AnswersFailed(what + "\n      ".join([record["failed"], *(record["traceback"] or "").splitlines()]))


def only_record(worker: str, order: Mapping[str, Any], exercise: str, seconds: float) -> dict[str, Any] | None:
    """Run a worker on the learner's code of one exercise; return its record, None if the exercise is not written yet.

    Raises:
        AnswersFailed: the answer raised, ended the process, or did not return in time.
    """
    short = exercise[:4]
    with OwnProcess(worker, order) as process:
        try:
            record = process.records.get(timeout=seconds)
        except queue.Empty:
            raise AnswersFailed(f"{short} did not return within {seconds:.0f} s") from None
    if record is None:
        raise AnswersFailed(f"{short} ended its process")
    if "failed" in record and record["status"] != "not_started":
        raise failed(record, f"{short}: ")
    return None if "failed" in record else record
