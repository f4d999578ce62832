"""The sandbox from the grader's side: starts the fork server, hands out workers, ends them."""

import os
import site
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from typing import Any

from grader.answers.sandbox_layers import USER
from grader.base import paths
from grader.base.errors import UsageError
from grader.base.json_lines import JsonSocket

NEEDED = ("filesystem", "network", "processes")  # without these layers an exam is no exam
WALLS_MISSING = 73  # the exit status of a worker whose walls are not those that were promised
# The checkout comes last on the path, where a file of it hides no library, and is taken off it before a worker forks.
_START = "import sys; sys.path.append(sys.argv[2]); from grader.answers.fork_server import main; main()"
START_SECONDS = 120  # a cold import of torch from a slow disk


@dataclass
class SandboxedWorker:
    """A worker: the grader's end of its connection, and how to end it."""

    connection: socket.socket
    number: int
    sandbox: "Sandbox"
    ended: tuple[int | None, float] | None = None

    def cpu_seconds(self) -> float:
        """Return the CPU seconds used so far."""
        if self.ended is not None:
            return self.ended[1]
        reply = self.sandbox.asked({"cpu_seconds_of": self.number}) or {}
        return float(reply.get("cpu_seconds", 0.0))

    def end(self, patience: float) -> tuple[int | None, float]:
        """End the worker; return its exit status (None if it was killed) and the CPU seconds it used."""
        self.connection.close()
        if self.ended is None:
            reply = self.sandbox.asked({"end": self.number, "patience": patience}) or {}
            self.ended = reply.get("status"), reply.get("cpu_seconds", 0.0)
        return self.ended


class Sandbox:
    """The fork server. Close it, or use `with`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._layers: dict[str, str] | None = None
        ours, theirs = socket.socketpair()
        ours.settimeout(START_SECONDS)
        self._control = JsonSocket(ours)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the sandbox)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, str(theirs.fileno()), str(paths.checkout().root)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                cwd="/",
                env=environment(),
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def layers(self) -> dict[str, str]:
        """Return each layer's state: "on", or "unavailable: why".

        Raises:
            UsageError: the warm process does not start.
        """
        with self._lock:
            if self._layers is None:
                self._layers = self._received()["layers"]
            return self._layers

    def weakness(self) -> str | None:
        """Return what an exam needs and this system lacks; None if nothing is missing."""
        layers = self.layers()
        missing = [f"{name} ({layers.get(name)})" for name in NEEDED if layers.get(name) != "on"]
        return ", ".join(missing) or None

    def start(self, *, memory_bytes: int, cpu_seconds: int) -> SandboxedWorker:
        """Start a worker."""
        self.layers()
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            self._control.send({"memory_bytes": memory_bytes, "cpu_seconds": cpu_seconds}, [theirs.fileno()])
            number = self._received()["forked"]
        return SandboxedWorker(ours, number, self)

    def asked(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """Send a request to the fork server and return its reply; None if it has ended."""
        with self._lock:
            try:
                self._control.send(request)
                return self._received()
            except (OSError, UsageError):
                return None

    def _received(self) -> dict[str, Any]:
        try:
            reply = self._control.receive()
        except OSError as error:
            raise UsageError(f"the sandbox does not answer: {error}") from error
        if reply is None:
            self._errors.seek(0)
            lines = self._errors.read().decode(errors="replace").strip().splitlines()
            raise UsageError(f"the sandbox does not start: {lines[-1] if lines else 'it ended without a message'}")
        return reply[0]

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the fork server and all its workers."""
        self._control.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        self._errors.close()


def environment() -> dict[str, str]:
    """Return the environment of workers: only the locale and time zone of the person who grades."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    kept = {name: value for name, value in os.environ.items() if name in ("LANG", "TZ") or name.startswith("LC_")}
    own_packages = {"PYTHONUSERBASE": site.getuserbase()} if site.ENABLE_USER_SITE else {"PYTHONNOUSERSITE": "1"}
    return {
        "PATH": os.defpath,
        "HOME": "/tmp",
        "USER": USER,
        "LOGNAME": USER,
        "MPLBACKEND": "agg",
        "PYTHONHASHSEED": "0",
        "PYTHONBREAKPOINT": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        **kept,
        **own_packages,
        **threads,
    }
