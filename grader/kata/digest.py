"""A digest of everything that can change a result; results and proofs with a different digest are out of date.

Used by `grade class`, the machines of a cluster and the cache of proofs. The prose of lessons, the README and the tests
of the grader are not included.
"""

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Collection
from pathlib import Path

import grader
from grader.base import paths
from grader.kata import assignment, curriculum, references

LIBRARIES = ("torch", "numpy", "hypothesis")
_CODE = (".py", ".html", ".jinja", ".css", ".js", ".json", ".sh")


def kata_digest(exercises: Collection[str] | None = None, packages: Collection[str] | None = None) -> str:
    """Return the SHA-256 of everything that results depend on.

    Args:
        exercises: names of the exercises whose checks, references and mistakes count; None: all.
        packages: the packages of `grader` whose code counts; None: all of `grader`.
    """
    lessons = [lesson for lesson in curriculum.lessons() if exercises is None or lesson.name in exercises]
    names = {lesson.name for lesson in lessons}
    solutions = names.union(*map(curriculum.ancestors, lessons))
    given_out = assignment.here()
    parts = [
        [grader.__version__, platform.python_version(), *map(_version, LIBRARIES)],
        _code(packages),
        _checks(names),
        [[each.name, each.title, each.points, each.core, each.bonus, each.builds_on] for each in lessons],
        references.digest(sorted(solutions), sorted(names)),
        [given_out.points, given_out.seed] if given_out else None,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _version(library: str) -> str:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def _code(packages: Collection[str] | None) -> list[tuple[str, str]]:
    """Yield the files of `grader` with their digests; known mistakes and sealed references count as references."""
    root = paths.checkout().root / "grader"
    found = [path for path in sorted(root.rglob("*")) if path.suffix in _CODE and "__pycache__" not in path.parts]
    return [
        (path.relative_to(root).as_posix(), _sha256(path))
        for path in found
        if (package := path.relative_to(root).parts[0]) != "mistakes" and (packages is None or package in packages)
    ]


def _checks(exercises: Collection[str]) -> list[tuple[str, str]]:
    """Yield the checks and their shared modules; a handout seals the secret ones (`BESIDE_CHECKS`)."""
    return [
        (path.name, _sha256(path))
        for path in sorted(paths.checkout().checks.glob("*.py"))
        if path.stem not in references.BESIDE_CHECKS
        and (not path.stem.startswith("test_") or path.stem.removeprefix("test_") in exercises)
    ]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
