"""Regrades one submission exactly as `grade class` did, for an appeal: same terms, sandbox and limits."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.base import paths
from grader.base.errors import UsageError
from grader.commands import class_terms, result_json
from grader.reports.console import open_console


def one(
    names: Sequence[str], answers: Path | None, options: dict[str, Any], *, json_file: str | None, verbose: bool
) -> int:
    """Regrade a submission and print what it earned; the exit status.

    Args:
        names: as typed: the submission, and exercises.
        answers: the submission, if `--answers` says it.
        options: of the terms, as `class_terms` takes them.
        json_file: where to write the result as JSON too; None: nowhere.
        verbose: show every check.

    Raises:
        UsageError: no submission or several are named, or the terms cannot be read.
    """
    from grader.course import hidden_checks
    from grader.course.entries import slot
    from grader.course.grading import Grader, Task
    from grader.kata import intake
    from grader.reports import terminal

    places = [Path(name) for name in names if Path(name).exists()] + ([answers] if answers else [])
    if len(places) != 1:
        there = f"; there is no {names[0]}" if names and not places else ""
        raise UsageError(
            f"--assignment, --secret and --hidden regrade one submission: name its folder, zip or notebook{there}"
        )
    (place,) = places
    others = [name for name in names if Path(name) != place]
    terms = class_terms.terms(options | {"names": others})
    if options["hidden"]:
        hidden_checks.prove(options["hidden"], terms.chosen())
    taken = intake.take(place)
    if taken.problem:
        raise UsageError(f"{paths.shown(place)}: {taken.problem}")
    console = open_console(quiet=json_file == "-")
    with tempfile.TemporaryDirectory(prefix="kata-regrade-") as scratch, Grader(terms, Path(scratch)) as grader:
        result = grader.grade(Task(place.name, slot(place.name), taken))
    terminal.problems(console, taken.told)
    terminal.headline(console, terms.assignment)
    terminal.report(console, result, verbose=verbose)
    terminal.lines(console, [f"regraded as in a class: seed {terms.seed_shown}, submission {taken.digest[:16]}"])
    if json_file is not None:
        result_json.write(result, json_file)
    return 0 if result.passed else 1
