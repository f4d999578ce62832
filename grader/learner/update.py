"""`grade update`: merges a newer version of the kata with git and keeps the learner's exercises. No printing here.

The answers are committed first, so git always has them. If both versions changed a line, the learner's is kept; a merge
that needs a decision is undone.
"""

import subprocess
from dataclasses import dataclass

from grader.base import paths
from grader.base.errors import UsageError
from grader.kata import curriculum

_WITHOUT_A_NAME = ("-c", "user.name=wavenet-kata", "-c", "user.email=kata@localhost")


@dataclass(frozen=True)
class Updated:
    """The result: the commits before and after, and the answers that were committed first."""

    before: str
    now: str
    kept: tuple[str, ...]


def update() -> Updated:
    """Fetch the upstream branch, and merge it.

    Raises:
        UsageError: this is no clone, something else than exercises was changed, or the merge needs a decision.
    """
    if not (paths.checkout().root / ".git").exists():
        raise UsageError(
            "this checkout is not a git repository; clone the kata again and copy exercises/ex*.py into it"
        )
    upstream = _git(
        "rev-parse",
        "--abbrev-ref",
        "@{upstream}",
        says="this branch has no upstream branch; set one with git branch -u NAME",
    )
    changed = [line[3:].strip('"') for line in _git("status", "--porcelain", "--untracked-files=no").splitlines()]
    answers = {f"{paths.checkout().exercises.name}/{exercise.file}" for exercise in curriculum.exercises()}
    others = sorted(set(changed) - answers)
    if others:
        raise UsageError(f"{', '.join(others)} changed, too: commit or revert that, then update again")
    _git("fetch", "--quiet", says="the newer version cannot be fetched")
    if changed:
        _git(*_name(), "commit", "--quiet", "-m", "My answers", "--", *changed)
    before = _git("rev-parse", "--short", "HEAD")
    try:
        _git(*_name(), "merge", "--quiet", "--no-edit", "-X", "ours", upstream)
    except UsageError as error:
        _git("merge", "--abort")
        raise UsageError(f"{error}; nothing was changed, and your answers are committed") from error
    return Updated(before, _git("rev-parse", "--short", "HEAD"), tuple(sorted(changed)))


def _name() -> tuple[str, ...]:
    """Return a name for commits, in case git has none."""
    done = subprocess.run(["git", "config", "user.email"], cwd=paths.checkout().root, capture_output=True, check=False)
    return () if done.stdout.strip() else _WITHOUT_A_NAME


def _git(*arguments: str, says: str = "git cannot merge the newer version") -> str:
    """Run git in the checkout and return its output.

    Raises:
        UsageError: it fails; the line begins with what that means.
    """
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=paths.checkout().root, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise UsageError("git is not installed, and grade update needs it") from error
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise UsageError(f"{says}: {lines[-1] if lines else f'exit status {done.returncode}'}")
    return done.stdout.rstrip("\n")
