"""A real terminal for tests and benchmarks: a pseudo-terminal whose output is read as it comes, and a program in it.

Also the end of a program in a terminal, and a program that signals reach without reaching the tests.
"""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pexpect

from grader.base import paths

GRADE = [sys.executable, "-P", "-m", "grader"]
_CLEARED = "\x1b[2J"
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>]|\r")


class Terminal:
    """A program in a terminal of its own. On the screen stands what came since it was cleared (or `forget`)."""

    def __init__(
        self, command: Sequence[str], *, cwd: Path, env: dict[str, str] | None = None, size: tuple[int, int] = (50, 100)
    ) -> None:
        self.ours, theirs = pty.openpty()
        self.resize(*size)
        self.process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=cwd,
            env={k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR")}
            | {"TERM": "xterm-256color", "PYTHONPATH": str(cwd)}
            | (env or {}),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        self.theirs = theirs  # kept open: its modes are looked at
        self.raw, self.forgotten = "", 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self.ours, 1 << 16)
            except OSError:
                return
            self.raw += data.decode(errors="replace")

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys: str) -> None:
        os.write(self.ours, keys.encode())

    def forget(self) -> None:
        """From now on, only what is still to come counts."""
        self.forgotten = len(self.raw)

    def screen(self) -> str:
        return _CONTROL.sub("", self.raw[self.forgotten :].rpartition(_CLEARED)[2])

    def everything(self) -> str:
        return _CONTROL.sub("", self.raw)

    def wait_for(self, *texts: str, seconds: float = 90) -> str:
        """Wait until all texts stand on the screen; returns the screen."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            screen = self.screen()
            if all(text in screen for text in texts):
                return screen
            if self.process.poll() is not None:
                break
            time.sleep(0.005)
        raise AssertionError(f"{texts} did not come (exit status {self.process.poll()}):\n{self.everything()[-4000:]}")

    def echoes(self) -> bool:
        """Whether the terminal shows what is typed, and waits for a line: as a shell leaves it."""
        return bool(termios.tcgetattr(self.theirs)[3] & termios.ECHO)

    def close(self) -> None:
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)


def ended(session: "pexpect.spawn[str]") -> int | None:
    """Wait until what was started with `at_terminal` ends; its exit status."""
    session.expect(pexpect.EOF)
    session.close()
    return session.exitstatus


def in_a_session(*arguments: object) -> "subprocess.Popen[str]":
    """Start `grade` in a session of its own, so that a signal reaches all its processes and none of the tests'."""
    return subprocess.Popen(
        [*GRADE, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=paths.checkout().root,
        start_new_session=True,
    )
