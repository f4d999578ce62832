"""How a command reads single keys while it goes on, and leaves the terminal as it was: at its end, when suspended."""

import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Callable

from prompt_toolkit.input import create_input
from prompt_toolkit.keys import Keys as Known

_PATIENCE_SECONDS = 0.2  # in which the thread that waits for a key notices that it should end


class Keys:
    """Tells each key, and when the terminal has to be drawn anew: another size, or another program had it."""

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
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # not without giving the terminal back
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
        """Whether a key may be read; else some patience has been spent."""
        if sys.platform == "win32":  # a console cannot be selected; to read where there is no key does no harm
            return not self._ended.wait(0.05)
        if not _in_foreground():
            self._ended.wait(_PATIENCE_SECONDS)
            return False
        return bool(select.select([self._input.fileno()], [], [], _PATIENCE_SECONDS)[0])

    def _pressed(self, key: str) -> None:
        """Tell a key; Ctrl-Z suspends, as it does where keys are not read one by one."""
        if key == Known.ControlZ and hasattr(os, "killpg"):
            os.killpg(os.getpgrp(), signal.SIGTSTP)
        else:
            self._key(str(getattr(key, "value", key)))

    def _take(self) -> None:
        """Have keys come one by one and unseen, where the terminal is ours to say so."""
        if _in_foreground():
            self._taken.enter_context(self._input.raw_mode())

    def _suspend(self) -> None:
        """Ctrl-Z: give the terminal back, then stop as the system does it."""
        self._taken.close()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, lambda *_: self._suspend())  # from here on it goes on again

    def _resume(self) -> None:
        """Whoever had the terminal meanwhile has set it as it likes."""
        self._taken.pop_all()
        self._take()
        self._redraw(True)


def are_there() -> bool:
    """Whether keys can be read, and somebody sees what they do."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _in_foreground() -> bool:
    """Whether the terminal is this process's: another one stops when it reads keys or sets the terminal."""
    if not hasattr(os, "tcgetpgrp"):  # Windows
        return True
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except OSError:  # the terminal has hung up
        return False
