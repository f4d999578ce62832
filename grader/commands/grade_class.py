"""`grade class`."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from grader.base import paths
from grader.base.errors import UsageError
from grader.base.results import Outcome
from grader.commands import class_terms, exercise_choice, files, limits, progress
from grader.reports.console import open_console


@click.command("class")
@click.argument("submissions", type=files.PATH)
@click.option("--out", "out", type=files.PATH, required=True, metavar="RESULTS", help="Where to write.")
@exercise_choice.NAMES
@exercise_choice.OPTION
@exercise_choice.older("--only")
@class_terms.ASSIGNMENT
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Submissions at a time (one per core).")
@click.option("--scheduler", metavar="ADDRESS", help="Grade on a cluster with this Dask scheduler.")
@class_terms.SEED
@class_terms.SECRET
@class_terms.HIDDEN
@click.option("--name-hidden", is_flag=True, help="Show the rules of hidden checks in the feedback.")
@click.option("--again", multiple=True, metavar="NAME", help="Regrade this student, and show what changed.")
@click.option("--roster", type=files.PATH, metavar="FILE", help="A class list (CSV).")
@click.option("--written-by-hand", type=files.PATH, metavar="FILE", help="CSV of points to add.")
@click.option("--comments", type=files.PATH, metavar="FILE", help="CSV of comments on mistakes.")
@click.option("--canvas", type=files.PATH, metavar="FILE", help="Also write a gradebook for Canvas.")
@click.option("--moodle", type=files.PATH, metavar="FILE", help="Also write a gradebook for Moodle.")
@click.option("--return", "give_back", type=click.Choice(["moodle", "folder"]), help="Pack the feedback pages.")
@click.option("--compare-with", type=files.PATH, metavar="FOLDER", help="Submissions of earlier years.")
@click.option("--new-terms", is_flag=True, help="Grade RESULTS with different options than before.")
@limits.of_checks
@limits.OF_SUBMISSION
@class_terms.ACCEPT_WEAK_SANDBOX
def command(submissions: Path, out: Path, written_by_hand: Path | None, **options: Any) -> int:
    """For instructors: grade each submission in SUBMISSIONS, or continue an interrupted run.

    \b
    Examples:
      grade class submissions --out results --roster class.csv
      grade class submissions --out results --exercises 1,2,5-7
      grade class submissions --out results --again "Ada Lovelace"
    """
    from grader.base.atomic_files import write_whole
    from grader.course import (
        class_run,
        gradebook,
        hidden_checks,
        mistake_comments,
        notes,
        platform_gradebooks,
        points_by_hand,
        remembered_terms,
        returning,
    )
    from grader.course import roster as rosters
    from grader.course.entries import entries
    from grader.course.results_folder import REMOVED, SUMMARY, Results
    from grader.reports import terminal

    console = open_console()
    terms = class_terms.terms(options)
    chosen = terms.chosen()
    handed_in = entries(submissions, rosters.read(options["roster"]) if options["roster"] else ())
    for name in options["again"]:
        if name not in {entry.student for entry in handed_in.entries}:
            raise UsageError(f"--again: there is no submission of {name!r} in {paths.shown(submissions)}")
    returning.refuse_without_names(options["give_back"], handed_in.entries)
    earlier = entries(options["compare_with"]).entries if options["compare_with"] else ()
    with_hidden = hidden_checks.prove(options["hidden"], chosen) if options["hidden"] else {}
    most = gradebook.maxima(chosen, with_hidden)
    given = points_by_hand.read(written_by_hand, handed_in.students, dict(most.by_exercise)) if written_by_hand else ()
    comments = mistake_comments.read(options["comments"]) if options["comments"] else {}
    packed = None
    title = (terms.assignment and terms.assignment.title) or submissions.resolve().name
    headline = terms.assignment.headline if terms.assignment else ""
    with Results(out, submissions) as results:
        tables = {
            "--roster": options["roster"],
            "--comments": options["comments"],
            "--written-by-hand": written_by_hand,
        }
        now = remembered_terms.of(terms, tables, name_hidden=options["name_hidden"])
        then = remembered_terms.read(results.folder)
        changed = remembered_terms.accept(results.folder, then, now, new_terms=options["new_terms"])
        _refuse_to_overwrite(results, submissions, [options["canvas"], options["moodle"]])
        class_notes = [*handed_in.notes, *(f"new terms: {change}" for change in changed)]
        if then and then.get("checks") != now["checks"]:
            class_notes.append("the checks have changed since the last run: everything is regraded")
        before = {e.student: results.stored(e.slot) for e in handed_in.entries if e.student in options["again"]}
        gone = results.set_aside({entry.slot for entry in handed_in.entries})
        if gone:
            where = paths.shown(results.folder / REMOVED)
            class_notes.append(f"submission missing, results moved to {where}: {', '.join(gone)}")
        if now != then:
            remembered_terms.keep(results.folder, now)
        telling = class_run.Telling(
            title,
            most,
            headline=headline,
            by_hand=given,
            comments=comments,
            notes=class_notes,
            name_hidden=options["name_hidden"],
            earlier=earlier,
        )
        pool = _pool(options, terms, results.scratch)
        outcomes = class_run.grade(handed_in.entries, results, terms, options["again"], pool)
        done = _grade(console, outcomes, len(handed_in.entries), results, telling, before)
        lines = class_run.write_class_files(handed_in, results, terms, done.broken, telling)
        if options["give_back"]:
            packed = returning.pack(options["give_back"], results.folder, handed_in.entries)
    for path, text in (
        (options["canvas"], platform_gradebooks.canvas),
        (options["moodle"], platform_gradebooks.moodle),
    ):
        if path is not None:
            write_whole(path, text(title, lines, most))
    terminal.lines(console, done.changes)
    terminal.sandbox(console, done.layers)
    told = [*class_notes, *(f"not graded: {slot}: {why}" for slot, why in done.broken.items())]
    told += [f"{entry.student}: handed in nothing" for entry in handed_in.absent]
    told += [f"{line.entry.student}: {note}" for line in lines for note in line.notes]
    terminal.problems(console, notes.few(told, paths.shown(out / SUMMARY)))
    if packed:
        terminal.lines(console, [f"{packed[1]} feedback page{'s' * (packed[1] != 1)}: {paths.shown(packed[0])}"])
    terminal.lines(console, [f"{done.graded} graded, {done.unchanged} unchanged: {paths.shown(out / SUMMARY)}"])
    return 1 if done.broken else 0


@dataclass
class _Done:
    """What a run has done: how many it graded, why it could not grade some, what changed for those of `--again`."""

    graded: int = 0
    unchanged: int = 0
    broken: dict[str, str] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    layers: dict[str, str] | None = None


def _grade(
    console: Any, outcomes: Iterator[Outcome], count: int, results: Any, telling: Any, before: dict[str, Any]
) -> _Done:
    """Store each result as it comes, and compare it with the one before if it is asked for."""
    from grader.course import regrading
    from grader.reports import terminal

    done = _Done()
    try:
        for outcome in progress.of_a_class(console, outcomes, count):
            if outcome.broken is not None:
                done.broken[outcome.slot] = outcome.broken
            elif outcome.result is None:
                done.unchanged += 1
            else:
                done.graded += 1
                done.layers = outcome.result.layers
                results.keep(outcome.slot, outcome.result, telling.to(outcome.student))
                if outcome.student in before:
                    what = regrading.changes(before[outcome.student], outcome.result)
                    done.changes += [f"{outcome.student}: {line}" for line in what]
    except KeyboardInterrupt:
        stopped = f"stopped, {done.graded + done.unchanged} of {count} are done"
        terminal.lines(console, [f"{stopped}; the same command continues with the rest"])
        raise
    return done


def _refuse_to_overwrite(results: Any, submissions: Path, asked: Sequence[Path | None]) -> None:
    """Raise an error if a gradebook for a platform would overwrite submissions, the run's own files, or another
    gradebook.
    """
    from grader.base.atomic_files import writable

    named = [path for path in asked if path is not None]
    for number, path in enumerate(named):
        writable(path)
        shown = paths.shown(path)
        if path.resolve().is_relative_to(submissions.resolve()):
            raise UsageError(f"{shown} is inside the submissions; choose a place outside of them")
        if results.is_of_the_run(path) or path.resolve() in [other.resolve() for other in named[:number]]:
            raise UsageError(f"{shown} would be written twice; choose another file")


def _pool(options: dict[str, Any], terms: Any, scratch: Path) -> Any:
    """Return where to grade: on this machine, or on a cluster."""
    from grader.course import jobs

    if options["scheduler"] is None:
        return jobs.on_this_machine(terms, options["jobs"] or os.cpu_count() or 1, scratch)
    if options["jobs"] is not None:
        raise UsageError("--scheduler uses all workers of the cluster; omit --jobs")
    from grader.course import cluster

    return cluster.on_a_cluster(terms, options["scheduler"])
