"""What the checkout remembers of its learner, in `.grade/state.json`: hints taken, and what the last run found.

It is for showing only: points are always the checks' own. A damaged file is put aside; a read-only checkout forgets.
"""

import contextlib
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader import checkout
from grader.curriculum import Exercise
from grader.errors import UsageError
from grader.result import RunResult
from grader.whole_file import put_aside, write_whole

FILE = checkout.STATE / "state.json"


@dataclass
class State:
    """Hints taken, and for each exercise the last status, points and the digest of the file that earned them."""

    hints: dict[str, int] = field(default_factory=dict)
    results: dict[str, dict[str, Any]] = field(default_factory=dict)

    def of(self, exercise: Exercise) -> str:
        """The exercise's state in words: as the last run found it, or what happened to the file since."""
        last = self.results.get(exercise.name)
        if last is None:
            return "not graded yet"
        if last["digest"] != digest(exercise.stub):
            return "changed since graded"
        status = str(last["status"]).replace("_", " ")
        return (
            status if status in ("passed", "not started") else f"{status}, {last['points']:g} of {last['max_points']:g}"
        )

    def has_passed(self, exercise: Exercise) -> bool:
        """Whether the file as it is now has passed."""
        return self.of(exercise) == "passed"

    def remember(self, run: RunResult) -> None:
        """Keep what a run of the learner's own folder found."""
        for result in run.exercises:
            self.results[result.name] = {
                "status": result.status,
                "points": result.points,
                "max_points": result.max_points,
                "digest": digest(checkout.EXERCISES / f"{result.name}.py"),
            }


def load() -> tuple[State, str | None]:
    """Read the state; second, a line about a damaged file that was put aside."""
    try:
        fields = json.loads(FILE.read_text(encoding="utf-8"))
        hints = {str(name): int(count) for name, count in fields["hints"].items()}
        results = {str(name): _result(result) for name, result in fields["results"].items()}
        return State(hints, results), None
    except OSError:
        return State(), None
    except (ValueError, KeyError, TypeError, AttributeError):
        return State(), put_aside(FILE)


def save(state: State) -> str | None:
    """Write the state whole; returns why it could not be, for a line to the learner."""
    try:
        checkout.STATE.mkdir(exist_ok=True)
        write_whole(FILE, json.dumps({"hints": state.hints, "results": state.results}, indent=1) + "\n")
    except (OSError, UsageError):
        return f"{checkout.shown(checkout.STATE)} cannot be written: the hints taken and results are not remembered"
    return None


def keep(run: RunResult) -> list[str]:
    """Remember what a run of the learner's own folder found; returns lines about what could not be read or written."""
    state, damaged = load()
    state.remember(run)
    return [line for line in (damaged, save(state)) if line]


def digest(path: Path) -> str:
    """SHA-256 of a file; of nothing where there is none."""
    data = b""
    with contextlib.suppress(OSError):
        data = path.read_bytes()
    return hashlib.sha256(data).hexdigest()


def _result(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": str(fields["status"]),
        "points": float(fields["points"]),
        "max_points": float(fields["max_points"]),
        "digest": str(fields["digest"]),
    }
