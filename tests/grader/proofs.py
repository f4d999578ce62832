"""The proofs that the checks of each exercise can be believed, and everything that each proof depends on.

`tests/proofs.json` maps each proof to the digest of its inputs when it last passed. `make proofs` skips proofs whose
digest is unchanged; `make prove` runs them all. Nothing else from a test run is cached.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from grader.base import paths
from grader.course import mutants
from grader.kata import curriculum
from grader.kata.curriculum import Exercise
from grader.kata.digest import kata_digest

FILE = paths.checkout().root / "tests" / "proofs.json"
# The packages that decide on a verdict and on the mistake that is named. The digest also covers the exercise's checks,
# reference solutions and known mistakes.
PACKAGES = ("base", "kata", "answers", "language", "engine")
# Further inputs: those of all proofs, then those of each kind.
ALL = ("tests/grader/conftest.py", "tests/grader/in_process.py", "constraints.txt", "pyproject.toml", "data/names.txt")
READ = {
    "verify": (
        "exercises/{name}.py",
        "tests/right/{name}/*.py",
        "tests/grader/test_proofs.py",
        "grader/course/verify.py",
        "grader/course/prove.py",
        "grader/course/mutants.py",
    ),
    "both ways": (
        "tests/right/{name}/*.py",
        "tests/grader/wrong_answers/{name}.py",
        "tests/grader/test_both_ways.py",
        "grader/course/prove.py",
    ),
    "causes": (
        "tests/grader/variants/{name}/*.py",
        "tests/grader/attempts/{name}/*.py",
        "tests/grader/attempts/expected.tsv",
        "tests/grader/wrong_answers/{name}.py",
        "tests/grader/known_answers.py",
        "tests/grader/cause_table.py",
        "tests/grader/cause_tables/{name}.tsv",
        "tests/grader/test_diagnosis.py",
    ),
    "goldens": (
        "tests/grader/golden/{name}/*.txt",
        "tests/grader/goldens.py",
        "tests/grader/test_goldens.py",
        "grader/reports/*.py",
    ),
}


def name_of(kind: str, exercise: Exercise) -> str:
    """`verify ex05`."""
    return f"{kind} {exercise.short}"


@cache
def current() -> dict[str, str]:
    """The digest of each proof's inputs, read once per process."""
    return digests()


def digests() -> dict[str, str]:
    """The digest of each proof's inputs, as they are now in the checkout in use."""
    found = {}
    for exercise in curriculum.exercises():
        decides = kata_digest([exercise.name], PACKAGES)
        for kind, patterns in READ.items():
            parts = [decides, *_files(*ALL, *(pattern.format(name=exercise.name) for pattern in patterns))]
            if kind == "verify":
                parts.append(sorted(mutants.equivalent(exercise)))
            found[name_of(kind, exercise)] = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    return found


def kept() -> dict[str, str]:
    """The contents of `tests/proofs.json`, or nothing if there is no such file."""
    try:
        digests: dict[str, str] = json.loads(FILE.read_text(encoding="utf-8"))
        return digests
    except FileNotFoundError:
        return {}


def unchanged() -> set[str]:
    """The proofs whose inputs have not changed since they passed."""
    return {name for name, digest in current().items() if kept().get(name) == digest}


def out_of_date(proved: set[str]) -> list[str]:
    """Proofs that passed and that the file does not list with their digest, and entries that are no proof any more."""
    return sorted((proved - unchanged()) | (kept().keys() - current().keys()))


def write(proved: set[str]) -> None:
    """Write the proofs that have just passed and those that are unchanged."""
    digests = {name: current()[name] for name in sorted(current()) if name in proved | unchanged()}
    FILE.write_text(json.dumps(digests, indent=1) + "\n", encoding="utf-8")


def _files(*patterns: str) -> list[tuple[str, str]]:
    root = paths.checkout().root
    found: list[Path] = [path for pattern in patterns for path in sorted(root.glob(pattern))]
    return [(path.relative_to(root).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()) for path in found]
