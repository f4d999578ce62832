"""The terms of a results folder, stored in it, so that a later run does not silently regrade a class differently.

An exam's secret is stored as a digest. The contents of the file of points by hand and of the class list may change
between runs, but the options may not be omitted.
"""

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from grader.base import paths
from grader.base.atomic_files import write_whole
from grader.base.errors import UsageError
from grader.course.grading_terms import Terms
from grader.kata.digest import kata_digest

FILE = "terms.json"
LIMITS = ("check_seconds", "exercise_seconds", "run_seconds")


def of(terms: Terms, *, by_hand: Path | None, roster: Path | None) -> dict[str, Any]:
    """Return what a results folder stores of a run."""
    limits = asdict(terms.limits)
    return {
        "assignment": {"title": terms.assignment.title, "points": dict(terms.assignment.points)}
        if terms.assignment
        else None,
        "exercises": list(terms.exercises),
        "seed": terms.seed_shown,
        "hidden": terms.hidden_digests(),
        "limits": {name: limits[name] if math.isfinite(limits[name]) else None for name in LIMITS},
        "by_hand": str(by_hand) if by_hand else None,
        "roster": str(roster) if roster else None,
        "checks": kata_digest(),
    }


def read(results: Path) -> dict[str, Any]:
    """Read the stored terms; empty if the folder is new or the file is damaged."""
    try:
        told = json.loads((results / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def keep(results: Path, now: dict[str, Any]) -> None:
    """Store the terms of this run."""
    write_whole(results / FILE, json.dumps(now, indent=1, ensure_ascii=False) + "\n")


def refuse_other(results: Path, before: dict[str, Any], now: dict[str, Any]) -> None:
    """Raise an error if a forgotten option would regrade a class with different terms.

    Raises:
        UsageError: the terms are others than those of the results; the line says which.
    """
    shown = paths.shown(results)
    try:
        changed = changes(before, now)
    except (TypeError, ValueError, AttributeError, KeyError, IndexError) as error:
        raise UsageError(f"{shown}/{FILE} is damaged: name another --out, or give --new-terms") from error
    if changed:
        raise UsageError(
            f"the results in {shown} were made with different options: {'; '.join(changed)}. Give the same options, "
            "another --out, or --new-terms"
        )


def changes(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """List what differs, in a few words each. Points by hand and a class list may be added, but not omitted."""
    told = []
    for name, words in (("exercises", _exercises), ("assignment", _assignment), ("seed", _seed), ("hidden", _hidden)):
        if name in before and before[name] != now[name]:
            told.append(words(before[name], now[name]))
    if "limits" in before and before["limits"] != now["limits"]:
        then, new = (", ".join(f"{each.get(name):g}" for name in LIMITS) for each in (before["limits"], now["limits"]))
        told.append(f"limits of {then} s then, {new} s now")
    for name, option in (("by_hand", "--written-by-hand"), ("roster", "--roster")):
        if before.get(name) and not now[name]:
            told.append(f"{option} {before[name]} then, none now")
    return told


def _exercises(then: list[str], now: list[str]) -> str:
    return f"exercises {_numbers(then)} then, {_numbers(now)} now"


def _numbers(names: list[str]) -> str:
    return ", ".join(str(int(name[2:4])) for name in names)


def _assignment(then: dict[str, Any] | None, now: dict[str, Any] | None) -> str:
    if then is None or now is None:
        return f"--assignment {_title(then)} then, {_title(now)} now"
    return "the title of the assignment has changed" if then["points"] == now["points"] else "its points have changed"


def _title(assignment: dict[str, Any] | None) -> str:
    return repr(assignment["title"]) if assignment else "none"


def _seed(then: str, now: str) -> str:
    return f"{_one_seed(then)} then, {_one_seed(now)} now"


def _one_seed(seed: str) -> str:
    return f"--secret ({seed})" if seed.startswith("hmac:") else f"seed {seed}"


def _hidden(then: list[list[str]], now: list[list[str]]) -> str:
    names = [", ".join(name for name, _ in each) or "none" for each in (then, now)]
    return "the hidden checks have changed" if names[0] == names[1] else f"--hidden {names[0]} then, {names[1]} now"
