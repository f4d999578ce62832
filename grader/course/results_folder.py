"""The results folder of a class run: one run at a time, atomic files, and cleanup after a killed run.

A student's result is written last, so if it exists, all other files do.
"""

import json
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

import filelock

from grader.base import paths
from grader.base.atomic_files import write_whole
from grader.base.errors import UsageError
from grader.base.results import RunResult
from grader.course import remembered_terms
from grader.reports.feedback_file import Circumstances, feedback, page

STUDENT_FILES = RESULT, FEEDBACK, FEEDBACK_PAGE = "result.json", "feedback.md", "feedback.html"
GRADEBOOK, GRADEBOOK_EXCEL = "gradebook.csv", "gradebook-excel.csv"
SUMMARY, SIMILARITY = "summary.html", "similarity.html"
CLASS_FILES = (GRADEBOOK, GRADEBOOK_EXCEL, SUMMARY, SIMILARITY, remembered_terms.FILE)
RESERVED = REMOVED, RETURN = "removed", "return"  # folders of RESULTS that do not belong to a student
SCRATCH = ".in-progress"
_LOCK = ".lock"


class Results:
    """The results folder, locked against a second run. Use `with`."""

    def __init__(self, folder: Path, submissions: Path) -> None:
        self.folder, self.scratch = folder, folder / SCRATCH
        shown = paths.shown(folder)
        try:
            if folder.resolve().is_relative_to(submissions.resolve()):
                raise UsageError(f"{shown} is inside the submissions; choose a folder outside of them")
            folder.mkdir(parents=True, exist_ok=True)
            if not (folder / _LOCK).exists() and (strangers := [*filter(Path.exists, self._written())]):
                raise UsageError(f"{paths.shown(strangers[0])} was not written by grade class: choose another --out")
            self._lock = filelock.FileLock(folder / _LOCK)
            self._lock.acquire(blocking=False)
        except filelock.Timeout as error:
            raise UsageError(
                f"another grade class is running in {shown}; wait for it, or choose another --out"
            ) from error
        except OSError as error:
            raise UsageError(f"cannot write to {shown}: {error.strerror}; choose another --out") from error

    def __enter__(self) -> "Results":
        try:
            self._sweep()
            self.scratch.mkdir()
        except OSError as error:
            self._lock.release()
            raise UsageError(f"cannot write to {paths.shown(self.folder)}: {error.strerror}") from error
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.scratch, ignore_errors=True)
        self._lock.release()

    def stored(self, slot: str) -> RunResult | None:
        """Return a student's result if it is readable."""
        try:
            return RunResult.from_json(json.loads((self.folder / slot / RESULT).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def set_aside(self, slots: Collection[str]) -> list[str]:
        """Move results of students without a submission to `removed/`, and back if they return.

        Returns:
            the names of the folders that were moved away.

        Raises:
            UsageError: the disk is full, ...
        """
        aside = self.folder / REMOVED
        moved = []
        try:
            for path in sorted(self.folder.glob(f"*/{RESULT}")):
                if path.parent.name not in slots:
                    aside.mkdir(exist_ok=True)
                    shutil.rmtree(aside / path.parent.name, ignore_errors=True)
                    path.parent.rename(aside / path.parent.name)
                    moved.append(path.parent.name)
            for path in sorted(aside.glob(f"*/{RESULT}")):
                if path.parent.name in slots and not (self.folder / path.parent.name).exists():
                    path.parent.rename(self.folder / path.parent.name)
        except OSError as error:
            raise UsageError(f"cannot write to {paths.shown(self.folder)}: {error.strerror}") from error
        return moved

    def keep(self, slot: str, result: RunResult, told: Circumstances) -> None:
        """Write a student's files; the result comes last.

        Raises:
            UsageError: the disk is full, ...; what was there before is as it was.
        """
        self._make(slot)
        self.put_feedback(slot, result, told)
        write_whole(self.folder / slot / RESULT, json.dumps(result.as_json(), indent=1, ensure_ascii=False) + "\n")

    def put_feedback(self, slot: str, result: RunResult, told: Circumstances) -> None:
        """Write the feedback if it has changed."""
        self.put(slot, FEEDBACK, feedback(result, told))
        self.put(slot, FEEDBACK_PAGE, page(result, told))

    def put(self, slot: str, name: str, text: str) -> None:
        """Write a file of a student, or (`slot` is "") of the class, if it has changed."""
        path = self.folder / slot / name
        try:
            if path.read_text(encoding="utf-8") == text:
                return
        except (OSError, ValueError):
            self._make(slot)
        write_whole(path, text)

    def is_of_the_run(self, path: Path) -> bool:
        """Return whether the run itself writes a file with this path."""
        inner = path.resolve()
        own = inner.parent == self.folder.resolve() and inner.name in CLASS_FILES
        return own or (inner.parent.parent == self.folder.resolve() and inner.name in STUDENT_FILES)

    def _written(self) -> Iterator[Path]:
        """List the files of earlier runs."""
        yield from (self.folder / name for name in CLASS_FILES)
        for name in STUDENT_FILES:
            yield from self.folder.glob(f"*/{name}")

    def _make(self, slot: str) -> None:
        try:
            (self.folder / slot).mkdir(exist_ok=True)
        except OSError as error:
            raise UsageError(f"cannot write to {paths.shown(self.folder)}: {error.strerror}") from error

    def _sweep(self) -> None:
        """Delete the leftovers of a killed run: prepared answers and temporary files."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        for name in STUDENT_FILES:
            for path in self.folder.glob(f"*/.{name}.*"):
                path.unlink()
        for name in CLASS_FILES:
            for path in self.folder.glob(f".{name}.*"):
                path.unlink()
