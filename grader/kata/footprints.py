"""Records which checks each known mistake fails, in `exNN_name/footprints.json` next to the bank.

A diagnosis reads this first, and runs only the mistakes that fail the same checks as the answer: one or two out of
fifty. `make footprints` rewrites the files; `grade verify` says when that is necessary.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from grader.base import paths
from grader.base.atomic_files import write_whole
from grader.base.errors import UsageError
from grader.kata import references
from grader.kata.curriculum import Exercise

_FILE = "footprints.json"


@dataclass(frozen=True)
class Footprint:
    """The checks that a mistake fails with every tried seed, and those that it fails with some."""

    always: frozenset[str]
    sometimes: frozenset[str]

    @classmethod
    def over(cls, failed: Collection[Collection[str]]) -> "Footprint":
        """Combine what a mistake failed with several seeds."""
        always = frozenset.intersection(*map(frozenset, failed))
        return cls(always, frozenset().union(*failed) - always)

    def fits(self, failed: Collection[str], passed: Collection[str]) -> bool:
        """Return whether an answer that fails and passes these checks may contain the mistake."""
        return self.always.isdisjoint(passed) and set(failed) <= self.always | self.sometimes


def read(exercise: Exercise) -> dict[str, Footprint]:
    """Read the footprints, by name of the mistake.

    Raises:
        UsageError: the file is damaged.
    """
    try:
        kept = json.loads(references.bank(exercise.name).get(_FILE, "{}"))
        return {name: Footprint(frozenset(each["always"]), frozenset(each["sometimes"])) for name, each in kept.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{exercise.name}/{_FILE} is damaged; make footprints rewrites it") from error


def write(exercise: Exercise, footprints: Mapping[str, Footprint]) -> None:
    """Write the footprints of an exercise's mistakes."""
    kept = {
        name: {"always": sorted(each.always), "sometimes": sorted(each.sometimes)}
        for name, each in sorted(footprints.items())
    }
    write_whole(paths.checkout().root / references.BANK / exercise.name / _FILE, json.dumps(kept, indent=1) + "\n")
