"""Checks of an answer in the sandbox, where it is one of many: what is remembered is not found out again.

Each check is a conversation. As long as the answer replies as an earlier one did, this process says what the check
would say; at the first reply that is new, a process that runs the check takes the conversation over. It tells the same
records as a process that runs all checks.
"""

import contextlib
import hashlib
import queue
import socket
import threading
import time
from collections.abc import Hashable, Sequence
from pathlib import Path

from grader.answers import proxy, wire
from grader.answers.sandbox import SandboxedWorker
from grader.answers.tape import MOST_BYTES, PART, RECEIVED, SENT, Frames
from grader.engine.checkers import Checker, Checkers, Record
from grader.engine.conversation_cache import Finding, Memory
from grader.kata import curriculum

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
        exercises = [exercise.name for exercise in curriculum.lessons()]
        replaced = sorted({*request["given"], *request["standing_on"]})
        self._sources = proxy.sources(Path(request["folder"]), exercises, replaced)
        self._terms = (request["exercise"], request["seed"], request["memory_bytes"], *replaced)
        self._imports: Frames = []
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
        if self._say(first):
            self._imports.append((SENT, first))
            if self._walked(IMPORT, self._imports) is not None:
                return
        self._go_on()

    def _check(self, name: str) -> Finding:
        """Run one check, or know what it would find."""
        self.records.put({"started": name})
        started, frames = time.perf_counter(), Frames()
        finding = self._walked(name, frames)
        if finding is None:
            checker = self._go_on()
            left = self._request["check_seconds"] - (time.perf_counter() - started)
            checker.run(name, self._conversation(name), frames, left)
            record = self._heard_of(checker, "finding")
            finding = record["finding"]
            if record["kept"]:
                self._memory.learn(self._key(name), checker.conversation(), finding, self._sources, record["asked"])
        self.records.put({"finished": name, "finding": finding | {"seconds": time.perf_counter() - started}})
        return finding

    def _conversation(self, name: str) -> int:
        """The number of a check's conversation: each time the same, and no word on which check it is."""
        return int.from_bytes(hashlib.sha256(f"conversation/{self._terms}/{name}".encode()).digest()[:4]) + 1

    def _key(self, name: str) -> Hashable:
        return (*self._terms, name)

    def _walked(self, name: str, frames: Frames) -> Finding | None:
        """Say what is known to be said, as long as the replies are known: what comes of it, if that is known.

        Whatever is wrong with a reply, a process that runs checks shall find out.
        """
        course = self._memory.course(self._key(name))
        while (request := course.request) is not None:
            if not self._say(request):
                return None
            frames.append((SENT, request))
            reply, whole = self._hear()
            frames.append((RECEIVED if whole else PART, reply))
            if not whole:
                return None
            course.hear(reply)
        return course.finding(self._sources)

    def _say(self, frame: bytes) -> bool:
        """Whether a frame could be sent; else nothing more can be."""
        try:
            self.worker.connection.settimeout(self._request["call_seconds"])
            self.worker.connection.sendall(frame)
        except OSError:
            with contextlib.suppress(OSError):
                self.worker.connection.shutdown(socket.SHUT_RDWR)
            return False
        return True

    def _hear(self) -> tuple[bytes, bool]:
        """What has come of the next frame within the time that this process has, and whether it is just that frame."""
        arrived, size, deadline = bytearray(), wire.LENGTHS.size, time.monotonic() + PATIENCE
        while (left := deadline - time.monotonic()) > 0 and len(arrived) < size <= MOST_BYTES:
            self.worker.connection.settimeout(left)
            try:
                came = self.worker.connection.recv(MOST_READ)
            except OSError:
                break
            if not came:
                break
            arrived += came
            if len(arrived) >= wire.LENGTHS.size:
                header, body = wire.LENGTHS.unpack_from(arrived)
                size = wire.LENGTHS.size + header + body
        return bytes(arrived), len(arrived) == size > wire.LENGTHS.size

    def _go_on(self) -> Checker:
        """The process that runs checks, as far as the imports."""
        if self._checker is not None:
            return self._checker
        if self._ended:
            raise _Ended
        self._checker = checker = self._checkers.take()
        checker.begin(self._request, self._imports, self.worker)
        record = self._heard_of(checker, "imported")
        if record["kept"]:
            frames = checker.conversation()[1:]  # without the files, which are each answer's own
            self._memory.learn(self._key(IMPORT), frames, {}, self._sources, None)
        return checker

    def _heard_of(self, checker: Checker, awaited: str) -> Record:
        """Pass on what the process tells, up to the record that holds what is awaited."""
        for record in checker.records():
            if awaited in record:
                return record
            if "strayed" in record:
                if not record["by_answer"]:
                    self._memory.forget(self._key(record["strayed"]))
                self.strayed = True
                raise _Ended({"done": True})
            if "lost" in record or "broken" in record:
                raise _Ended(record)
            self.records.put(record)
        raise _Ended
