"""`grade class`."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from grader.base import paths
from grader.base.errors import UsageError
from grader.base.results import RunResult
from grader.commands import limits
from grader.kata import assignment, curriculum
from grader.reports.console import open_console


@click.command("class")
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--out", "out", type=click.Path(path_type=Path), required=True, metavar="RESULTS", help="Where to write.")
@click.option("--only", multiple=True, metavar="EXERCISE", help="Grade this exercise; several times for more.")
@click.option("--assignment", type=click.Path(path_type=Path), metavar="FILE", help="A handout's assignment.yaml.")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Submissions at a time (one a core).")
@click.option("--scheduler", metavar="ADDRESS", help="Grade on the cluster of this Dask scheduler.")
@click.option("--seed", type=click.IntRange(0), metavar="N", help="Seed of the checks' inputs.")
@click.option("--secret", type=click.Path(path_type=Path), metavar="FILE", help="Seeds from a secret, for an exam.")
@click.option("--hidden", type=click.Path(path_type=Path), metavar="DIR", help="More checks, not in the handout.")
@click.option("--name-hidden", is_flag=True, help="Let the feedback tell the rules of hidden checks.")
@click.option("--again", multiple=True, metavar="NAME", help="Grade this student anew, and show what changed.")
@click.option("--written-by-hand", type=click.Path(path_type=Path), metavar="FILE", help="CSV: points on top.")
@click.option("--canvas", type=click.Path(path_type=Path), metavar="FILE", help="A gradebook that Canvas imports, too.")
@click.option("--moodle", type=click.Path(path_type=Path), metavar="FILE", help="A gradebook that Moodle imports, too.")
@limits.of_checks
@click.option(
    "--submission-seconds", type=limits.Seconds(0.1), default=300.0, show_default=True, help="Limit of a submission."
)
@click.option("--accept-weak-sandbox", is_flag=True, help="Grade though the sandbox lacks a layer; results say so.")
def command(submissions: Path, out: Path, written_by_hand: Path | None, **options: Any) -> int:
    """For instructors: grade each folder, .zip and .ipynb in SUBMISSIONS; go on where an earlier run stopped.

    \b
    Examples:
      grade class submissions --out results
      grade class submissions --out results --again "Ada Lovelace"
    """
    from grader.base.atomic_files import write_whole
    from grader.course import class_progress, class_run, gradebook, hidden_checks, points_by_hand, regrading
    from grader.course import platform_gradebooks as gradebooks
    from grader.course.entries import entries
    from grader.course.results_folder import SUMMARY, Results
    from grader.reports import terminal

    console = open_console()
    terms = _terms(options)
    found, strangers = entries(submissions)
    students = {entry.student for entry in found}
    for name in options["again"]:
        if name not in students:
            raise UsageError(f"--again: there is no submission of {name!r} in {paths.shown(submissions)}")
    given = points_by_hand.read(written_by_hand, students, terms.chosen()) if written_by_hand else ()
    terminal.problems(
        console, [f"{name} is not graded: a student hands in a folder, a .zip or an .ipynb" for name in strangers]
    )
    if options["hidden"]:
        hidden_checks.prove(options["hidden"], terms.chosen())
    broken: dict[str, str] = {}
    empty: list[str] = []
    unchanged, graded, layers = 0, 0, None
    with Results(out, submissions) as results:
        class_run.refuse_fewer(found, results, terms.chosen())
        _refuse_to_overwrite(results, submissions, [options["canvas"], options["moodle"]])
        before = {entry.student: results.stored(entry.slot) for entry in found if entry.student in options["again"]}
        changes: list[str] = []
        pool = _pool(options, terms, results.scratch)
        outcomes = class_run.grade(found, results, terms, options["again"], pool)
        try:
            for outcome in class_progress.follow(console, outcomes, len(found)):
                if outcome.broken is not None:
                    broken[outcome.slot] = outcome.broken
                elif outcome.result is None:
                    unchanged += 1
                else:
                    graded += 1
                    layers = outcome.result.layers
                    empty += _nothing_taken(outcome.result)
                    results.keep(outcome.slot, outcome.result, name_hidden=options["name_hidden"])
                    if outcome.student in before:
                        what = regrading.changes(before[outcome.student], outcome.result)
                        changes += [f"{outcome.student}: {line}" for line in what]
        except KeyboardInterrupt:
            done = graded + unchanged
            terminal.lines(
                console, [f"stopped, {done} of {len(found)} are done; the same command goes on with the rest"]
            )
            raise
        rows = class_run.write_class_files(
            found,
            results,
            terms,
            broken,
            given,
            title=submissions.resolve().name,
            name_hidden=options["name_hidden"],
        )
    title = (terms.assignment and terms.assignment.title) or submissions.resolve().name
    for path, text in ((options["canvas"], gradebooks.canvas), (options["moodle"], gradebooks.moodle)):
        if path is not None:
            write_whole(path, text(title, gradebook.header(terms.chosen()), rows, terms.chosen()))
    terminal.lines(console, changes)
    terminal.sandbox(console, layers)
    terminal.problems(console, [f"not graded: {slot}: {why}" for slot, why in broken.items()] + empty)
    terminal.lines(console, [f"{graded} graded, {unchanged} unchanged: {paths.shown(out / SUMMARY)}"])
    return 1 if broken else 0


def _refuse_to_overwrite(results: Any, submissions: Path, asked: Sequence[Path | None]) -> None:
    """Let no gradebook for a platform take the place of what was handed in, of the run's own files, or of another."""
    from grader.base.atomic_files import writable

    named = [path for path in asked if path is not None]
    for number, path in enumerate(named):
        writable(path)
        shown = paths.shown(path)
        if path.resolve().is_relative_to(submissions.resolve()):
            raise UsageError(f"{shown} lies in the submissions; name a place outside of them")
        if results.is_of_the_run(path) or path.resolve() in [other.resolve() for other in named[:number]]:
            raise UsageError(f"{shown} would be written twice; name another file")


def _nothing_taken(result: RunResult) -> list[str]:
    """A line where nothing of what a student handed in could be used: in a class of forty nobody would notice."""
    origin = result.origin
    if origin is not None and origin.problem:
        return [f"{origin.student} has 0 points: {origin.problem}"]
    if origin is not None and origin.ignored and all(one.status == "not_started" for one in result.exercises):
        return [f"{origin.student} has 0 points: nothing was taken of what was handed in ({origin.ignored[0]})"]
    return []


def _terms(options: dict[str, Any]) -> Any:
    """The terms of a class run, as the command line tells them."""
    from grader.course import grading_terms

    given_out = assignment.read(options["assignment"]) if options["assignment"] else assignment.here()
    asked = {exercise.name: exercise for exercise in grading_terms.offered(given_out)}
    only = [exercise.name for exercise in curriculum.find(options["only"])] if options["only"] else list(asked)
    if strangers := [name for name in only if name not in asked]:
        raise UsageError(f"--only: the assignment does not ask {strangers[0]}")
    chosen = [asked[name] for name in only]
    if options["secret"] is not None and options["seed"] is not None:
        raise UsageError("--secret makes the seeds; leave --seed out")
    seconds = {name: options[name] for name in ("check_seconds", "exercise_seconds")}
    seconds["run_seconds"] = options["submission_seconds"]
    secret = grading_terms.read_secret(options["secret"]) if options["secret"] else None
    seed = options["seed"] if options["seed"] is not None else given_out.seed if given_out else 0
    return grading_terms.Terms(
        exercises=tuple(exercise.name for exercise in chosen),
        seeds=grading_terms.exam_seeds(secret) if secret else seed,
        seed_shown=grading_terms.exam_digest(secret) if secret else str(seed),
        hidden=grading_terms.read_hidden(options["hidden"], chosen) if options["hidden"] else (),
        limits=replace(grading_terms.CLASS_LIMITS, **seconds),
        accept_weak=options["accept_weak_sandbox"],
        assignment=given_out,
    )


def _pool(options: dict[str, Any], terms: Any, scratch: Path) -> Any:
    """Where a class is graded: here, or on a cluster."""
    from grader.course import jobs

    if options["scheduler"] is None:
        return jobs.on_this_machine(terms, options["jobs"] or os.cpu_count() or 1, scratch)
    if options["jobs"] is not None:
        raise UsageError("--scheduler uses all workers of the cluster; leave --jobs out")
    from grader.course import cluster

    return cluster.on_a_cluster(terms, options["scheduler"])
