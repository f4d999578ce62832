"""Checks of an answer in the sandbox, where it is one of many: what is remembered is not found out again.

Each check is a conversation. As long as the answer replies as an earlier one did, this process says what the check
would say; at the first reply that is new, a process that runs the check takes the conversation over. It tells the same
records as a process that runs all checks.
"""

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Hashable, Sequence
from pathlib import Path

from grader import curriculum
from grader.checking.checkers import Checker, Checkers, Record
from grader.checking.memory import Finding, Memory
from grader.sandbox import proxy, wire
from grader.sandbox.launch import SandboxedWorker
from grader.sandbox.tape import MOST_BYTES, PART, RECEIVED, SENT, Frames

PATIENCE = 1.0  # seconds for a reply; if it takes longer, the check itself waits, and can tell what it waits for
MOST_READ = 1 << 16
IMPORT = "import"


class _Ended(Exception):
    """No more is to be said; `last` is the record that says why."""

    def __init__(self, last: Record | None = None) -> None:
        super().__init__()
        self.last = last


class RememberingProcess:
    """The checks of one exercise: records as they come (None at the end), and how to end it.

    Args:
        request: what is to be checked, and on which terms.
        names: of all checks of the exercise, in their order.
        memory: of earlier answers.
        worker: the process that the answers run in.
        checkers: processes that run checks.
    """

    def __init__(
        self, request: Record, names: Sequence[str], memory: Memory, worker: SandboxedWorker, checkers: Checkers
    ) -> None:
        self.records: queue.Queue[Record | None] = queue.Queue()
        self.worker = worker
        self.strayed = False
        self._request, self._names, self._memory, self._checkers = request, names, memory, checkers
        replaced = [*request["given"], *request["standing_on"]]
        exercises = [exercise.name for exercise in curriculum.lessons()]
        self._sources = proxy.sources(Path(request["folder"]), exercises, replaced)
        self._terms = (request["exercise"], request["seed"], tuple(replaced), request["memory_bytes"])
        self._imports: Frames = []
        self._plain = True  # whether the checks depend on the imports alone, not on one another
        self._checker: Checker | None = None
        self._done = self._ended = False
        self._status: int | None = None
        self._thread = threading.Thread(target=self._tell, daemon=True)
        self._thread.start()

    def end(self, patience: float) -> int | None:
        """End it: the exit status of the process that ran checks, None where it had to be killed or there is none."""
        if self._ended:
            return self._status
        self._ended = True
        with contextlib.suppress(OSError):
            self.worker.connection.shutdown(socket.SHUT_RDWR)  # wakes the thread up
        if self._checker is not None and not self._done:
            self._status = self._checker.end(patience)
        self._thread.join()
        if self._checker is not None:
            if self._done:
                self._checkers.give_back(self._checker)
            else:
                self._checker.end(0.0)
        return self._status

    def _tell(self) -> None:
        try:
            self._begin()
            for name in self._names:
                if name in self._request["checks"]:
                    finding = self._check(name)
                    if self._request["until_failure"] and finding["status"] != "passed":
                        break
            self._done = True
            self.records.put({"done": True})
        except _Ended as end:
            if end.last is not None:
                self.records.put(end.last)
        except Exception as error:  # the warm process is gone, or a fault of this side: no answer is to blame
            self.records.put({"broken": str(error)})
        finally:
            self.records.put(None)

    def _begin(self) -> None:
        """Have the answer imported."""
        self.records.put({"started": IMPORT})
        first = proxy.handed_over(self._sources)
        self._say(first)
        self._imports = [(SENT, first)]
        known = self._walked(IMPORT, self._imports)
        if known is not None:
            self._plain = known["plain"]
        else:
            self._go_on()

    def _check(self, name: str) -> Finding:
        """Run one check, or know what it would find."""
        self.records.put({"started": name})
        started, frames = time.perf_counter(), Frames()
        finding = self._walked(name, frames) if self._plain else None
        if finding is None:
            checker = self._go_on()
            left = self._request["check_seconds"] - (time.perf_counter() - started)
            checker.run(name, self._names.index(name) + 1, frames, left)
            record = self._heard_of(checker, "finding")
            finding = record["finding"]
            if self._plain and record["told"] is not None:
                frames = checker.conversation(record["told"])
                self._memory.learn(self._key(name), frames, finding, self._sources, record["asked"])
        self.records.put({"finished": name, "finding": finding | {"seconds": time.perf_counter() - started}})
        return finding

    def _key(self, name: str) -> Hashable:
        return (*self._terms, name)

    def _walked(self, name: str, frames: Frames) -> Finding | None:
        """Say what is known to be said, as long as the replies are known: what comes of it, if that is known."""
        course = self._memory.course(self._key(name))
        while (request := course.request) is not None:
            self._say(request)
            frames.append((SENT, request))
            reply, whole = self._hear()
            frames.append((RECEIVED if whole else PART, reply))
            if not whole:
                return None
            course.hear(reply)
        return course.finding(self._sources)

    def _say(self, frame: bytes) -> None:
        try:
            self.worker.connection.settimeout(self._request["call_seconds"])
            self.worker.connection.sendall(frame)
        except TimeoutError as error:
            raise _Ended({"lost": "time"}) from error
        except OSError as error:
            raise _Ended({"lost": "closed"}) from error

    def _hear(self) -> tuple[bytes, bool]:
        """The next frame, or what has come of it within the time that this process has, and whether that is all."""
        arrived, size = bytearray(), None
        self.worker.connection.settimeout(PATIENCE)
        while True:
            try:
                came = self.worker.connection.recv(MOST_READ)
            except TimeoutError:
                return bytes(arrived), False
            except OSError as error:
                raise _Ended({"lost": "closed"}) from error
            if not came:
                raise _Ended({"lost": "closed"})
            arrived += came
            if size is None and len(arrived) >= wire.LENGTHS.size:
                try:
                    size = wire.LENGTHS.size + sum(wire.lengths(arrived[: wire.LENGTHS.size]))
                except wire.WireError as error:
                    raise _Ended({"lost": "protocol"}) from error
            if size is not None:
                if len(arrived) > size:
                    raise _Ended({"lost": "protocol"})
                if len(arrived) == size or size > MOST_BYTES:
                    return bytes(arrived), len(arrived) == size

    def _go_on(self) -> Checker:
        """The process that runs checks, as far as the imports."""
        if self._checker is not None:
            return self._checker
        if self._ended:
            raise _Ended
        self._checker = checker = self._checkers.take()
        checker.begin(self._request, self._imports, self.worker)
        record = self._heard_of(checker, "plain")
        self._plain = record["plain"]
        if record["told"] is not None:
            frames = checker.conversation(record["told"])[1:]  # without the files, which are each answer's own
            self._memory.learn(self._key(IMPORT), frames, {"plain": self._plain}, self._sources, None)
        return checker

    def _heard_of(self, checker: Checker, awaited: str) -> Record:
        """Pass on what the process tells, up to the record that holds what is awaited."""
        for record in checker.records():
            if awaited in record:
                return record
            if "strayed" in record:
                self._memory.forget(self._key(record["strayed"]))
                self.strayed = True
                raise _Ended({"done": True})
            if "lost" in record:
                raise _Ended(record)
            self.records.put(record)
        raise _Ended
