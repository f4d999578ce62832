"""The terms on which a class is graded, the same for every submission: exercises, seeds, hidden checks, limits.

Each result stores their digest: a result with different terms is not comparable and is regraded.
"""

import hashlib
import hmac
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

from grader.base import paths
from grader.base.errors import UsageError
from grader.engine.attempts import Limits
from grader.kata import assignment, curriculum
from grader.kata.assignment import Assignment
from grader.kata.curriculum import Exercise
from grader.kata.digest import kata_digest

SHORTEST_SECRET = 16
# A right submission takes about a second; one that hangs in every check must end, too. Exercises run one at a time,
# so half of the memory that two share at home gives an answer the same amount.
CLASS_LIMITS = Limits(run_seconds=300.0, memory_bytes=Limits().memory_bytes // 2)


@dataclass(frozen=True)
class Terms:
    """The terms on which a submission is graded, as plain values that can be sent to a cluster.

    Attributes:
        exercises: the names of those that are graded.
        seeds: one for all, or of each exercise its name and its own.
        seed_shown: what the gradebook tells of the seed.
        hidden: file name and content of each file of hidden checks.
        limits: what one submission may use.
        accept_weak: grade also where the sandbox lacks a layer that an exam needs; the results say so.
        assignment: with whose points, and with references for what it does not ask; None: the kata's own.
    """

    exercises: tuple[str, ...]
    seeds: int | tuple[tuple[str, int], ...] = 0
    seed_shown: str = "0"
    hidden: tuple[tuple[str, bytes], ...] = ()
    limits: Limits = CLASS_LIMITS
    accept_weak: bool = False
    assignment: Assignment | None = field(default_factory=assignment.here)

    def chosen(self) -> tuple[Exercise, ...]:
        """The graded exercises, in order."""
        return tuple(exercise for exercise in offered(self.assignment) if exercise.name in self.exercises)

    def given(self) -> tuple[str, ...]:
        """The exercises that are not graded but that others build on."""
        return curriculum.beneath(offered(self.assignment)) if self.assignment else ()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that can change a result, including the checks and references in this checkout."""
        limits = {name: value if math.isfinite(value) else None for name, value in asdict(self.limits).items()}
        points = self.assignment.points if self.assignment else None
        said = [self.exercises, self.seed_shown, limits, points]
        return _sha256(json.dumps([said, self.hidden_digests(), kata_digest()]).encode())

    def hidden_digests(self) -> list[list[str]]:
        """The name and the SHA-256 of each file of hidden checks."""
        return [[name, _sha256(content)] for name, content in self.hidden]


def offered(given_out: Assignment | None) -> tuple[Exercise, ...]:
    """List what can be graded: the exercises of an assignment, or those of this checkout."""
    return curriculum.exercises() if given_out is None else curriculum.asked(given_out)


def exam_seeds(secret: bytes) -> tuple[tuple[str, int], ...]:
    """Return the seed of each exercise: HMAC-SHA256(secret, exercise), shortened for torch, so that a table of answers
    does not help.
    """
    return tuple(
        (exercise.name, int.from_bytes(hmac.digest(secret, exercise.name.encode(), "sha256")[:8]) >> 1)
        for exercise in curriculum.lessons()
    )


def exam_digest(secret: bytes) -> str:
    """Return a digest of a secret for the gradebook, which only the owner of the secret can verify."""
    return "hmac:" + hmac.digest(secret, b"which secret was it?", "sha256").hex()[:16]


def read_secret(path: Path) -> bytes:
    """Read an exam's secret.

    Raises:
        UsageError: it cannot be read, or is short enough to be guessed.
    """
    shown = paths.shown(path)
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise UsageError(f"the secret {shown} cannot be read: {error.strerror}") from error
    if len(secret) < SHORTEST_SECRET:
        make = f"python -c 'import secrets; print(secrets.token_hex())' > {shown}"
        raise UsageError(f"the secret in {shown} is shorter than {SHORTEST_SECRET} bytes; make a new one: {make}")
    return secret


def read_hidden(folder: Path, chosen: Sequence[Exercise]) -> tuple[tuple[str, bytes], ...]:
    """Read a folder of hidden checks.

    Raises:
        UsageError: it cannot be read, or holds no check file of an exercise that is graded.
    """
    shown = paths.shown(folder)
    try:
        files = tuple((path.name, path.read_bytes()) for path in sorted(folder.iterdir()) if path.suffix == ".py")
    except OSError as error:
        raise UsageError(f"the hidden checks in {shown} cannot be read: {error.strerror}") from error
    wanted = {exercise.checks.name for exercise in chosen}
    strangers = [name for name, _ in files if name.startswith("test_") and name not in wanted]
    if strangers:
        raise UsageError(f"{shown}/{strangers[0]} does not belong to a graded exercise; expected test_exNN_name.py")
    if not any(name in wanted for name, _ in files):
        raise UsageError(
            f"{shown} contains no hidden checks: they are files named test_exNN_name.py, as in tests/checks"
        )
    return files


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
