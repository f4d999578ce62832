"""What proves the checks, exercise by exercise, and all that each proof depends on.

`tests/proofs.json` holds the digest under which each was last found true. `make test` leaves out those for which the
same digest holds still; `make prove` believes nothing. Nothing else of a test run is kept.
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
# What decides on a verdict and on the mistake that is named; the exercise's own checks, references and mistakes are in
# the digest, too.
PACKAGES = ("base", "kata", "answers", "language", "engine")
# What else a proof reads. What all of them rest on: how tests run, the versions of all libraries, the words of data.
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
    "diagnosis": (
        "tests/grader/variants/{name}/*.py",
        "tests/grader/wrong_answers/{name}.py",
        "tests/grader/test_diagnosis.py",
        "tests/grader/diagnosis_exceptions.yaml",
    ),
    "both ways": (
        "tests/right/{name}/*.py",
        "tests/grader/wrong_answers/{name}.py",
        "tests/grader/test_both_ways.py",
        "grader/course/prove.py",
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
    """Every proof, with the digest of what it depends on as it was when this process began."""
    return digests()


def digests() -> dict[str, str]:
    """Every proof of the checkout in use, with the digest of what it depends on as it is now."""
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
    """What the file holds; nothing where there is none."""
    try:
        digests: dict[str, str] = json.loads(FILE.read_text(encoding="utf-8"))
        return digests
    except FileNotFoundError:
        return {}


def unchanged() -> set[str]:
    """The proofs that hold still, because nothing that they depend on has changed."""
    return {name for name, digest in current().items() if kept().get(name) == digest}


def write(proved: set[str]) -> None:
    """Keep what was proved just now, and what holds still."""
    digests = {name: current()[name] for name in sorted(current()) if name in proved | unchanged()}
    FILE.write_text(json.dumps(digests, indent=1) + "\n", encoding="utf-8")


def _files(*patterns: str) -> list[tuple[str, str]]:
    root = paths.checkout().root
    found: list[Path] = [path for pattern in patterns for path in sorted(root.glob(pattern))]
    return [(path.relative_to(root).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()) for path in found]
