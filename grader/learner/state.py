"""The learner's state in `.grade/state.json`: hints taken, when exercises passed, the last results.

It is for display only: points always come from the checks. A damaged file is renamed; in a read-only checkout nothing
is saved. Changes are made under a lock, so that two commands at once lose nothing.
"""

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.base import paths
from grader.base.atomic_files import put_aside, write_whole
from grader.base.errors import UsageError
from grader.base.results import RunResult
from grader.kata import curriculum
from grader.kata.curriculum import Exercise

FILE = "state.json"
LOCK_SECONDS = 3.0  # a change takes milliseconds; do not wait longer for a process that died with the lock


@dataclass
class State:
    """The stored state.

    Attributes:
        hints: how many were taken of each exercise.
        results: for each exercise the last status, points and the digest of the file that earned them.
        passed: when an exercise passed for the first time (ISO 8601, UTC).
        others: entries that are not known here, a later version's for one; they are written back as they were.
        notes: lines to the learner about a file that was damaged or cannot be written.
    """

    hints: dict[str, int] = field(default_factory=dict)
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    passed: dict[str, str] = field(default_factory=dict)
    others: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def of(self, exercise: Exercise) -> str:
        """Return the exercise's state in words: the last result, or a change of the file since."""
        last = self.results.get(exercise.name)
        if last is None:
            return "not graded yet"
        if last["digest"] != digest(exercise):
            return "changed since graded"
        status = str(last["status"]).replace("_", " ")
        return (
            status if status in ("passed", "not started") else f"{status}, {last['points']:g} of {last['max_points']:g}"
        )

    def has_passed(self, exercise: Exercise) -> bool:
        """Return whether the current file has passed."""
        return self.of(exercise) == "passed"

    def unfinished(self, after: Exercise | None = None) -> Exercise | None:
        """Return the next exercise that has not passed, after `after`, else from the beginning; bonus exercises come
        last.
        """
        exercises = sorted(curriculum.exercises(), key=lambda exercise: exercise.bonus)
        start = exercises.index(after) + 1 if after is not None else 0
        around = exercises[start:] + exercises[:start]
        return next((e for e in around if e != after and not self.has_passed(e)), None)

    def remember(self, run: RunResult, digests: Mapping[str, str]) -> tuple[str, ...]:
        """Store the result of a run on the learner's folder; return the exercises that passed for the first time."""
        first = tuple(r.name for r in run.exercises if r.status == "passed" and r.name not in self.passed)
        self.passed |= dict.fromkeys(first, datetime.now(UTC).isoformat(timespec="seconds"))
        for result in run.exercises:
            self.results[result.name] = {
                "status": result.status,
                "points": result.points,
                "max_points": result.max_points,
                "digest": digests[result.name],
            }
        return first


@dataclass(frozen=True)
class Kept:
    """The result of storing a run: exercises that passed for the first time, and lines about what could
    not be stored.
    """

    first: tuple[str, ...]
    notes: tuple[str, ...]


def load() -> State:
    """Read the state for display; rename a damaged file."""
    try:
        return _read()
    except _Damaged:
        with changing() as state:
            return state


@contextlib.contextmanager
def changing() -> Iterator[State]:
    """Read the state, yield it for changes, and write it: under a lock, atomically, or not at all (its
    notes say why).
    """
    from filelock import FileLock, Timeout  # 40 ms, and only needed for writing

    lock = FileLock(paths.checkout().state / "state.lock", timeout=LOCK_SECONDS)
    cannot = f"{paths.shown(paths.checkout().state)} cannot be written: your hints and results are not saved"
    try:
        paths.checkout().state.mkdir(exist_ok=True)
        lock.acquire()
    except Timeout:
        cannot = f"another grade is using {paths.shown(_file())}: these results are not saved"
    except OSError:
        pass
    try:
        state = _read_or_begin(lock.is_locked)
        before = _text(state)
        yield state
        if _text(state) == before:
            return
        try:
            if lock.is_locked:
                write_whole(_file(), _text(state))
                return
        except UsageError:
            pass
        state.notes.append(cannot)
    finally:
        lock.release()


def keep(run: RunResult, digests: Mapping[str, str]) -> Kept:
    """Store the result of a run on the learner's folder.

    Args:
        run: what was found.
        digests: of the files, from before they were read: a file that was saved meanwhile has changed since.
    """
    with changing() as state:
        first = state.remember(run, digests)
    return Kept(first, tuple(state.notes))


def digests(exercises: Sequence[Exercise]) -> dict[str, str]:
    """Return the SHA-256 of the learner's file of each exercise, by name."""
    return {exercise.name: digest(exercise) for exercise in exercises}


def digest(exercise: Exercise) -> str:
    """Return the SHA-256 of the learner's file; of nothing if there is none."""
    data = b""
    with contextlib.suppress(OSError):
        data = exercise.stub.read_bytes() if exercise.stub.is_file() else b""  # reading a pipe would block
    return hashlib.sha256(data).hexdigest()


def _file() -> Path:
    return paths.checkout().state / FILE


class _Damaged(Exception):
    """The file does not contain a state."""


def _read() -> State:
    try:
        fields = json.loads(_file().read_text(encoding="utf-8"))
        hints = {str(name): int(count) for name, count in fields.pop("hints").items()}
        results = {str(name): _result(result) for name, result in fields.pop("results").items()}
        passed = {str(name): str(when) for name, when in fields.pop("passed", {}).items()}
        return State(hints, results, passed, fields)
    except OSError:
        return State()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _Damaged from error


def _read_or_begin(may_move: bool) -> State:
    try:
        return _read()
    except _Damaged:
        return State(
            notes=[put_aside(_file()) if may_move else f"{paths.shown(_file())} is damaged; starting without it"]
        )


def _text(state: State) -> str:
    fields = {"hints": state.hints, "results": state.results, "passed": state.passed, **state.others}
    return json.dumps(fields, indent=1) + "\n"


def _result(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": str(fields["status"]),
        "points": float(fields["points"]),
        "max_points": float(fields["max_points"]),
        "digest": str(fields["digest"]),
    }
