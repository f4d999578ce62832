"""Regrades one submission exactly as `grade class` did, for an appeal: same terms, sandbox and limits."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.base import paths
from grader.base.errors import UsageError
from grader.base.plain_text import line
from grader.commands import class_terms, result_json
from grader.reports.console import open_console


def one(
    names: Sequence[str], answers: Path | None, options: dict[str, Any], *, json_file: str | None, verbose: bool
) -> int:
    """Regrade a submission and print what it earned; the exit status.

    Args:
        names: as typed: the submission (several files and folders, if the class has read them as one), and exercises.
        answers: the submission, if `--answers` says it.
        options: of the terms, as `class_terms` takes them.
        json_file: where to write the result as JSON too; None: nowhere.
        verbose: show every check.

    Raises:
        UsageError: no submission or several are named, or the terms cannot be read.
    """
    from grader.course import hidden_checks
    from grader.course.grading import Grader, Task
    from grader.kata import intake
    from grader.reports import terminal

    places = [Path(name) for name in names if Path(name).exists()] + ([answers] if answers else [])
    if not places:
        there = f"; there is no {names[0]}" if names else ""
        raise UsageError(
            f"--assignment, --secret and --hidden regrade one submission: name its folder, zip or notebook{there}"
        )
    entry = _entry(places)
    others = [name for name in names if Path(name) not in places]
    terms = class_terms.terms(options | {"names": others})
    if options["hidden"]:
        hidden_checks.prove(options["hidden"], terms.chosen())
    taken = intake.take(*entry.paths)
    if taken.problem:
        raise UsageError(f"{paths.shown(entry.paths[0])}: {taken.problem}")
    console = open_console(quiet=json_file == "-")
    with tempfile.TemporaryDirectory(prefix="kata-regrade-") as scratch, Grader(terms, Path(scratch)) as grader:
        result = grader.grade(Task(entry.student, entry.slot, taken))
    if len(entry.paths) > 1:
        names_read = ", ".join(line(path.name) for path in entry.paths)
        terminal.problems(console, [f"{names_read} are read as one submission"])
    terminal.problems(console, taken.told)
    terminal.headline(console, terms.assignment)
    terminal.report(console, result, verbose=verbose)
    terminal.lines(console, [f"regraded as in a class: seed {terms.seed_shown}, submission {taken.digest[:16]}"])
    if json_file is not None:
        result_json.write(result, json_file)
    return 0 if result.passed else 1


def _entry(places: Sequence[Path]) -> Any:
    """Find what the class has read together with these files: all in their folder that has the name of the student.

    Raises:
        UsageError: they belong to several students.
    """
    from grader.course.entries import Entry, entries, slot

    wanted = {place.absolute() for place in places}
    try:
        beside = entries(places[0].absolute().parent).entries
    except UsageError:
        beside = ()
    found = [entry for entry in beside if wanted & set(entry.paths)]
    if len(found) > 1:
        students = ", ".join(entry.student for entry in found)
        raise UsageError(f"these are submissions of several students ({students}); regrade one at a time")
    name = line(places[0].name)
    return found[0] if found and wanted <= set(found[0].paths) else Entry(name, tuple(places), slot(name))
