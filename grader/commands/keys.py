"""Reads single keys while a command runs, and restores the terminal at its end and when it is suspended."""

import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Callable

from prompt_toolkit.input import create_input
from prompt_toolkit.keys import Keys as Known

_PATIENCE_SECONDS = 0.2  # interval at which the key thread checks whether to end


class Keys:
    """Reports keys, and when the screen must be redrawn: after a resize, or after another program used the terminal."""

    def __init__(self, key: Callable[[str], None], redraw: Callable[[bool], None]) -> None:
        self._input = create_input()
        self._key, self._redraw = key, redraw
        self._ended = threading.Event()
        self._taken = contextlib.ExitStack()

    def __enter__(self) -> "Keys":
        self._take()
        with contextlib.suppress(AttributeError):  # Windows has none of these signals
            signal.signal(signal.SIGWINCH, lambda *_: self._redraw(False))
            signal.signal(signal.SIGTSTP, lambda *_: self._suspend())
            signal.signal(signal.SIGCONT, lambda *_: self._resume())
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # restores the terminal first
        self._thread = threading.Thread(target=self._read, name="keys", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        with contextlib.suppress(AttributeError):
            for number in (signal.SIGTERM, signal.SIGWINCH, signal.SIGTSTP, signal.SIGCONT):
                signal.signal(number, signal.SIG_DFL)
        self._taken.close()

    def _read(self) -> None:
        while not self._ended.is_set() and not self._input.closed:
            if self._is_waiting():
                for press in self._input.read_keys():
                    self._pressed(press.key)

    def _is_waiting(self) -> bool:
        """Return whether a key can be read; otherwise wait a little."""
        if sys.platform == "win32":  # select does not work on a console; reading without a key is harmless
            return not self._ended.wait(0.05)
        if not _in_foreground():
            self._ended.wait(_PATIENCE_SECONDS)
            return False
        return bool(select.select([self._input.fileno()], [], [], _PATIENCE_SECONDS)[0])

    def _pressed(self, key: str) -> None:
        """Report a key; Ctrl-Z suspends, as usual."""
        if key == Known.ControlZ and hasattr(os, "killpg"):
            os.killpg(os.getpgrp(), signal.SIGTSTP)
        else:
            self._key(str(getattr(key, "value", key)))

    def _take(self) -> None:
        """Switch the terminal to single keys without echo, if it is ours."""
        if _in_foreground():
            self._taken.enter_context(self._input.raw_mode())

    def _suspend(self) -> None:
        """Handle Ctrl-Z: restore the terminal, then stop like any program."""
        self._taken.close()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, lambda *_: self._suspend())  # continues here after the suspension

    def _resume(self) -> None:
        """Take the terminal back; another program may have changed its settings."""
        self._taken.pop_all()
        self._take()
        self._redraw(True)


def are_there() -> bool:
    """Return whether keys can be read and the screen is visible."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _in_foreground() -> bool:
    """Return whether this process owns the terminal; a background process stops if it reads keys or
    changes settings.
    """
    if not hasattr(os, "tcgetpgrp"):  # Windows
        return True
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except OSError:  # the terminal has hung up
        return False
