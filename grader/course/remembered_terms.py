"""The terms of a results folder, stored in it, so that a later run does not silently regrade a class differently.

An exam's secret is stored as a digest. Points by hand, the class list, comments and `--name-hidden` may be added later,
but not changed or omitted.
"""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from grader.base import csv_table, paths
from grader.base.atomic_files import write_whole
from grader.base.errors import UsageError
from grader.base.plain_text import line
from grader.course.grading_terms import Terms
from grader.kata.digest import kata_digest

FILE = "terms.json"
LIMITS = ("check_seconds", "exercise_seconds", "run_seconds")
MOST_LINES = 3


def of(terms: Terms, tables: Mapping[str, Path | None], *, name_hidden: bool) -> dict[str, Any]:
    """Return what a results folder stores of a run.

    Args:
        terms: of the grading.
        tables: the CSV files that were given, by option.
        name_hidden: whether the feedback shows the rules of hidden checks.
    """
    limits = asdict(terms.limits)
    return {
        "assignment": {"title": terms.assignment.title, "points": dict(terms.assignment.points)}
        if terms.assignment
        else None,
        "exercises": list(terms.exercises),
        "seed": terms.seed_shown,
        "hidden": terms.hidden_digests(),
        "limits": {name: limits[name] if math.isfinite(limits[name]) else None for name in LIMITS},
        "tables": {
            option: {"file": str(path), "lines": [", ".join(map(str.strip, row)) for _, row in csv_table.rows(path)]}
            for option, path in tables.items()
            if path is not None
        },
        "name_hidden": name_hidden,
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


def accept(results: Path, before: dict[str, Any], now: dict[str, Any], *, new_terms: bool) -> list[str]:
    """Compare the terms of a run with those of the results; a forgotten option must not regrade a class.

    Returns:
        what is different, if `--new-terms` accepts it.

    Raises:
        UsageError: the terms differ from those of the results; the line says how.
    """
    shown = paths.shown(results)
    try:
        changed = changes(before, now)
    except (TypeError, ValueError, AttributeError, KeyError, IndexError) as error:
        if new_terms:
            return []
        raise UsageError(f"{shown}/{FILE} is damaged: name another --out, or give --new-terms") from error
    if changed and not new_terms:
        raise UsageError(
            f"the results in {shown} were made with different options: {'; '.join(changed)}. Give the same options, "
            "another --out, or --new-terms to accept the change"
        )
    return changed


def changes(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """List what differs, in a few words each. What only the feedback and the gradebook show may be added."""
    told = []
    for name, words in (("exercises", _exercises), ("assignment", _assignment), ("seed", _seed), ("hidden", _hidden)):
        if name in before and before[name] != now[name]:
            told.append(words(before[name], now[name]))
    if "limits" in before and before["limits"] != now["limits"]:
        then, new = (", ".join(f"{each.get(name):g}" for name in LIMITS) for each in (before["limits"], now["limits"]))
        told.append(f"limits of {then} s then, {new} s now")
    for option, then in before.get("tables", {}).items():
        if option not in now["tables"]:
            told.append(f"{option} {then['file']} then, none now")
        elif differences := _differences(then["lines"], now["tables"][option]["lines"]):
            told.append(f"{now['tables'][option]['file']} has changed ({differences})")
    if before.get("name_hidden") and not now["name_hidden"]:
        told.append("--name-hidden then, not now")
    return told


def _differences(then: Sequence[str], now: Sequence[str]) -> str:
    """Quote the lines of a table that are new, and those that are gone; their order does not matter."""
    old, new = Counter(then), Counter(now)
    found = {"now": new - old, "before": old - new}
    return ", ".join(f"{word}: {_few(list(lines.elements()))}" for word, lines in found.items() if lines)


def _few(lines: Sequence[str]) -> str:
    more = f" and {len(lines) - MOST_LINES} more lines" if len(lines) > MOST_LINES else ""
    return ", ".join(f'"{line(each)[:100]}"' for each in lines[:MOST_LINES]) + more


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
