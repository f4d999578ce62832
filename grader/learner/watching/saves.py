"""Detects saves in a folder of answers. Events only trigger a look at the files, which show what has changed.

So no change is lost if an editor replaces a file, the folder is moved, or the file system sends no events.
"""

import contextlib
import logging
import os
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

LOOK_SECONDS = 1.0  # between two looks without an event
POLL_SECONDS = 0.2  # the same without events: checking 15 files takes less than a millisecond
SETTLE_SECONDS = 0.02  # some editors empty a file before they fill it
GRACE_SECONDS = 0.5  # time in which the event for a detected change may still arrive
_ANSWER = re.compile(r"ex(\d\d)_.*\.py")
logging.getLogger("watchdog").addHandler(logging.NullHandler())  # otherwise it prints to the screen when it is stopped
_QUIET = ("opened", "closed_no_write")  # reading a file, as every check does, is not a change

Stamp = tuple[int, ...]  # what changes with a file: its identity, size and times


@dataclass(frozen=True)
class Files:
    """The possible answers at one moment, and the folder's identity; None: there is no folder."""

    folder: Stamp | None
    stamps: dict[str, Stamp]

    def changed_since(self, earlier: "Files") -> set[int]:
        """Return the numbers of exercises with new, changed or deleted files."""
        names = {name for name, _ in self.stamps.items() ^ earlier.stamps.items()}
        return {int(found[1]) for name in names if (found := _ANSWER.fullmatch(name))}


@dataclass(frozen=True)
class Saved:
    """The files have changed."""

    files: Files


@dataclass(frozen=True)
class Polls:
    """There are no events, and why; from now on the files are polled."""

    why: str


@dataclass(frozen=True)
class Ended:
    """Watching has ended with an unexpected error."""

    error: BaseException


def look(folder: Path) -> Files:
    """List the files without reading them."""
    try:
        found = folder.stat()
        with os.scandir(folder) as entries:
            stamps = {entry.name: _stamp(entry) for entry in entries if _ANSWER.fullmatch(entry.name)}
        return Files((found.st_dev, found.st_ino), stamps)
    except OSError:
        return Files(None, {})


class Saves:
    """A thread that watches a folder, from `start` to `stop`, and reports `Saved`, `Polls` and `Ended`."""

    def __init__(self, folder: Path, seen: Files, tell: Callable[[Saved | Polls | Ended], None]) -> None:
        self._folder, self._seen, self._tell = folder, seen, tell
        self._alarm, self._stopped = threading.Event(), threading.Event()
        self._observer: Any = None
        self._polling = False

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="saves", daemon=True).start()

    def stop(self) -> None:
        """End."""
        self._stopped.set()
        self._alarm.set()

    def _run(self) -> None:
        try:
            self._observe()
            while not self._stopped.is_set():
                self._once()
        except BaseException as error:  # whatever it is, continuing silently would be worse
            self._tell(Ended(error))
        finally:
            self._unobserve()

    def _once(self) -> None:
        """Wait for a trigger, then look; if a look finds a change without an event, start polling."""
        gone = self._seen.folder is None
        told = self._alarm.wait(POLL_SECONDS if self._polling or gone else LOOK_SECONDS)
        self._alarm.clear()
        now = self._settled()
        if self._stopped.is_set() or now == self._seen:
            return
        moved, self._seen = now.folder != self._seen.folder, now
        self._tell(Saved(now))
        if moved:  # events still come from where the old folder is now
            self._unobserve()
            self._observe()
        elif not told and not self._polling and not self._alarm.wait(GRACE_SECONDS):
            self._poll("the system did not report a saved file")

    def _settled(self) -> Files:
        now = look(self._folder)
        for _ in range(5):
            if now == self._seen:
                break
            time.sleep(SETTLE_SECONDS)
            before, now = now, look(self._folder)
            if now == before:
                break
        return now

    def _observe(self) -> None:
        if self._polling or look(self._folder).folder is None:
            return
        try:
            observer = Observer()
            observer.schedule(_Alarm(self._alarm), str(self._folder), recursive=False)
            observer.start()
        except (OSError, RuntimeError) as error:  # Linux: no more inotify instances or watches for this user
            self._poll(f"the system does not report saved files ({getattr(error, 'strerror', None) or error})")
            return
        self._observer = observer
        self._alarm.set()  # something may have been saved before it was observed

    def _unobserve(self) -> None:
        observer, self._observer = self._observer, None
        if observer is not None:
            with contextlib.suppress(Exception):  # the folder that it observes may be gone
                observer.stop()

    def _poll(self, why: str) -> None:
        self._polling = True
        self._unobserve()
        self._tell(Polls(f"{why}: every {POLL_SECONDS:g} s the files are checked instead"))


class _Alarm(FileSystemEventHandler):
    def __init__(self, alarm: threading.Event) -> None:
        self._alarm = alarm

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Trigger a look."""
        if event.event_type not in _QUIET:
            self._alarm.set()


def _stamp(entry: "os.DirEntry[str]") -> Stamp:
    try:
        found = entry.stat()
    except OSError:  # a dangling link
        found = entry.stat(follow_symlinks=False)
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
