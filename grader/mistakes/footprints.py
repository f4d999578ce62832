"""Which checks each known mistake fails, kept beside the bank in `exNN_name/footprints.json`.

A diagnosis looks here first, and runs only the mistakes that fail what the answer failed: one or two out of fifty.
`make footprints` writes the files anew; `grade verify` says when that is due.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader import checkout
from grader.curriculum import Exercise
from grader.errors import UsageError
from grader.mistakes import FOLDER
from grader.whole_file import write_whole


@dataclass(frozen=True)
class Footprint:
    """The checks that a mistake fails at every seed that was tried, and those that it fails at some."""

    always: frozenset[str]
    sometimes: frozenset[str]

    @classmethod
    def over(cls, failed: Collection[Collection[str]]) -> "Footprint":
        """What a mistake failed at several seeds, put together."""
        always = frozenset.intersection(*map(frozenset, failed))
        return cls(always, frozenset().union(*failed) - always)

    def fits(self, failed: Collection[str], passed: Collection[str]) -> bool:
        """Whether an answer that fails and passes these checks may hold the mistake."""
        return self.always.isdisjoint(passed) and set(failed) <= self.always | self.sometimes


def path(exercise: Exercise) -> Path:
    """Where the footprints of an exercise are kept."""
    return FOLDER / exercise.name / "footprints.json"


def read(exercise: Exercise) -> dict[str, Footprint]:
    """The footprint of each mistake that has one, by name.

    Raises:
        UsageError: the file is damaged.
    """
    try:
        kept = json.loads(path(exercise).read_text(encoding="utf-8"))
        return {name: Footprint(frozenset(each["always"]), frozenset(each["sometimes"])) for name, each in kept.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{checkout.shown(path(exercise))} is damaged; make footprints writes it anew") from error


def write(exercise: Exercise, footprints: Mapping[str, Footprint]) -> None:
    """Keep the footprints of an exercise's mistakes."""
    kept = {
        name: {"always": sorted(each.always), "sometimes": sorted(each.sometimes)}
        for name, each in sorted(footprints.items())
    }
    write_whole(path(exercise), json.dumps(kept, indent=1) + "\n")
