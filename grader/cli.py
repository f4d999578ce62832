"""The commands of `grade`, and nothing else: they read the command line, call what does the work, and print."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

import grader
from grader import checkout, curriculum
from grader.errors import AnswersFailed, UsageError


class ExercisesOrCommand(click.Group):
    """`grade`, `grade 5` and `grade --seed 1` grade; `grade list` is a command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What is neither a command nor asks for help names exercises."""
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "--version")):
            args = ["exercises", *args]
        return super().parse_args(ctx, args)


@click.group(cls=ExercisesOrCommand, context_settings={"help_option_names": ["--help"], "max_content_width": 100})
@click.version_option(grader.__version__, prog_name="grade")
def cli() -> None:
    """Check the answers in exercises/ and say in plain words what is wrong.

    \b
    grade                     all exercises
    grade 5   grade flatten   one, by number or by a part of its name
      --answers DIR           another folder of exNN_name.py files
      --json FILE             write the result as JSON too; - is standard output
      --seed N                other inputs; the same seed gives the same result
      --verbose               every check, and every failing one in full
      --sandbox               run the answers where they can read nothing and harm nobody (Linux)
      --check-seconds N, --exercise-seconds N    limits (10 and 60)
    """


def _exercise(typed: str) -> curriculum.Exercise:
    return curriculum.find([typed], _commands())[0]


def _commands() -> list[str]:
    """The commands that a person can type."""
    return sorted(name for name, command in cli.commands.items() if not command.hidden)


def _console(**options: Any) -> Any:
    from rich.console import Console

    return Console(highlight=False, **options)


@cli.command("exercises", hidden=True)
@click.argument("names", nargs=-1, metavar="[EXERCISE]...")
@click.option("--answers", type=click.Path(path_type=Path), metavar="DIR", help="Another folder of exNN_name.py files.")
@click.option("--json", "json_file", metavar="FILE", help="Write the result as JSON too; - is standard output.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the checks' inputs.")
@click.option("--verbose", is_flag=True, help="Show every check.")
@click.option("--sandbox", is_flag=True, help="Run the answers in a sandbox.")
@click.option("--accept-weak-sandbox", is_flag=True, help="Also where it lacks a layer that an exam needs.")
@click.option("--check-seconds", type=click.FloatRange(0.1), default=10.0, show_default=True, help="Limit of a check.")
@click.option(
    "--exercise-seconds", type=click.FloatRange(0.1), default=60.0, show_default=True, help="Limit of an exercise."
)
def grade_exercises(
    names: tuple[str, ...],
    answers: Path | None,
    json_file: str | None,
    seed: int,
    verbose: bool,
    sandbox: bool,
    accept_weak_sandbox: bool,
    check_seconds: float,
    exercise_seconds: float,
) -> int:
    """Check exercises: all, or those named by number, name or a part of it."""
    from grader.checking import run
    from grader.checking.processes import Workers
    from grader.learner import state
    from grader.reports import terminal
    from grader.submission import read_folder
    from grader.whole_file import writable, write_whole

    chosen = curriculum.find(names, _commands())
    if json_file not in (None, "-"):
        writable(Path(json_file))
    submission = read_folder(answers if answers is not None else checkout.EXERCISES)
    limits = run.Limits(check_seconds, exercise_seconds)
    quiet = json_file == "-"
    console = _console(quiet=quiet)
    with Workers(chosen, sandbox=sandbox, accept_weak=accept_weak_sandbox) as workers:
        result = _with_progress(console, run.grade(submission, chosen, workers, seed=seed, limits=limits))
    notes = [f"{name} belongs to no exercise and is not graded" for name in submission.unknown()]
    if submission.folder == checkout.EXERCISES:
        remembered, note = state.load()
        remembered.remember(result)
        notes += [line for line in (note, state.save(remembered)) if line]
    terminal.problems(console, notes)
    terminal.report(console, result, verbose=verbose)
    if json_file is not None:
        text = json.dumps(result.as_json(), indent=1, ensure_ascii=False) + "\n"
        if quiet:
            sys.stdout.write(text)
        else:
            write_whole(Path(json_file), text)
    return 0 if result.passed else 1


def _with_progress(console: Any, events: Any) -> Any:
    """Follow a run's events, with a bar on a terminal; returns the result, which comes last."""
    return list(_showing_progress(console, events))[-1]


def _showing_progress(console: Any, events: Any) -> Any:
    """The events that are not progress, as they come; progress moves a bar, on a terminal."""
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    from grader.checking.run import Progress

    columns = TextColumn("{task.description}"), BarColumn(30), TextColumn("{task.completed}/{task.total}")
    with Bar(*columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("starting", total=None)
        for event in events:
            if isinstance(event, Progress):
                bar.update(task, description=event.exercise[:4], completed=event.done, total=event.total)
            else:
                yield event


@cli.command("list")
def list_exercises() -> int:
    """Show all exercises in order: title, points, minutes, state."""
    from rich.table import Table

    from grader.learner import state
    from grader.reports import terminal

    remembered, note = state.load()
    console = _console()
    terminal.problems(console, [note] if note else [])
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name, justify in (
        ("", "left"),
        ("title", "left"),
        ("points", "right"),
        ("minutes", "right"),
        ("state", "left"),
    ):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    going_on = None
    for exercise in curriculum.exercises():
        words = remembered.of(exercise)
        if words != "passed" and going_on is None:
            going_on = exercise
        style = "green" if words == "passed" else "yellow" if going_on is exercise else ""
        star = " ★" if exercise.core else ""
        points = f"{exercise.points:g}" + (" bonus" if exercise.bonus else "")
        table.add_row(exercise.short, exercise.title + star, points, str(exercise.minutes), words, style=style)
    console.print(table)
    console.print("\n★ core: 70 of the 100 points")
    if going_on is None:
        console.print("All passed. Now train your own tree on real names: grade train")
    else:
        console.print(f"Go on with {going_on.short}: read {checkout.shown(going_on.lesson)},", soft_wrap=True)
        console.print(f"  fill in {checkout.shown(going_on.stub)}, then: grade {going_on.short}", soft_wrap=True)
    return 0


@cli.command("hint")
@click.argument("exercise", metavar="EXERCISE")
def hint(exercise: str) -> int:
    """Show the next hint of an exercise, one more at each call."""
    from grader.learner import hints, state
    from grader.reports import terminal

    found = _exercise(exercise)
    remembered, note = state.load()
    hint = hints.next_hint(found, remembered)
    notes = [line for line in (note, state.save(remembered)) if line]
    console = _console()
    console.print(f"[bold]{found.short}, hint {hint.number} of {hint.count}[/bold]")
    console.print(hint.text, markup=False)
    more = hint.count - hint.number
    again = f"grade hint {found.short}"
    if more:
        console.print(f"\n{more} more: {again}", style="dim")
    else:
        console.print(
            f"\nThat was the last one. The lesson: {checkout.shown(found.lesson)}", style="dim", soft_wrap=True
        )
    terminal.problems(console, notes)
    return 0


@cli.command("reset", short_help="Bring an exercise's stub back; your file is kept.")
@click.argument("exercise", metavar="EXERCISE")
def reset_exercise(exercise: str) -> int:
    """Bring the stub of an exercise back; your file is kept as a backup."""
    from grader.learner.reset import reset

    found = _exercise(exercise)
    backup = reset(found)
    console = _console()
    path = checkout.shown(found.stub)
    if backup is None:
        console.print(f"{path} is the stub; nothing of yours was replaced.", soft_wrap=True)
    else:
        console.print(f"{path} is the stub again; your file is kept as {checkout.shown(backup)}", soft_wrap=True)
    return 0


@cli.command("compare")
@click.argument("exercise", metavar="EXERCISE")
@click.option("--spoil", is_flag=True, help="Show the solution before your answer passes.")
def compare_exercise(exercise: str, spoil: bool) -> int:
    """Show your answer beside the solution, and how the two differ."""
    from grader.learner import compare, state
    from grader.reports import comparison

    found = _exercise(exercise)
    if not spoil and not state.load()[0].has_passed(found):
        result = _grade_one(found)
        if result.status != "passed":
            raise UsageError(
                f"{found.short} does not pass yet (grade {found.short}); --spoil shows the solution anyway"
            )
    comparison.show(_console(), found, compare.compare(found))
    return 0


def _grade_one(exercise: curriculum.Exercise) -> Any:
    """Grade one exercise of the learner's folder, and remember what was found."""
    from grader.checking import run
    from grader.checking.processes import Workers
    from grader.learner import state
    from grader.submission import read_folder

    with Workers([exercise]) as workers:
        result = _with_progress(_console(), run.grade(read_folder(checkout.EXERCISES), [exercise], workers))
    remembered, _ = state.load()
    remembered.remember(result)
    state.save(remembered)
    return result.exercises[0]


@cli.command("train", short_help="Train the tree with your own code, and write ten new names.")
@click.option("--answers", type=click.Path(path_type=Path), metavar="DIR", help="Another folder of exNN_name.py files.")
@click.option("--data", default="names", show_default=True, metavar="names|makemore|FILE", help="Words to learn from.")
@click.option("--steps", type=click.IntRange(1), default=20_000, show_default=True, help="Steps of SGD.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the weights and the batches.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Where the model is saved (.grade/tree.pt)."
)
@click.option("--with-solutions", is_flag=True, help="Let solutions stand in for exercises not written yet.")
def train_tree(answers: Path | None, data: str, steps: int, seed: int, out: Path | None, with_solutions: bool) -> int:
    """Train the tree with the answers' own code (exercises 3 to 10), and write ten new names."""
    from grader import corpus
    from grader.learner import train
    from grader.reports import training
    from grader.submission import read_folder

    submission = read_folder(answers if answers is not None else checkout.EXERCISES)
    words = corpus.load_names() if data == "names" else corpus.read_words(corpus.find_corpus(data))
    missing = train.missing(submission)
    if missing and not with_solutions:
        first, others = missing[0], len(missing) - 1
        more = f" (and {others} more)" if others else ""
        raise UsageError(f"{first.name} is not written yet{more}: grade {first.short}, or --with-solutions stands in")
    if out is None:
        out = checkout.STATE / "tree.pt"
        checkout.STATE.mkdir(exist_ok=True)
    console = _console()
    run = train.Training(submission, missing, words, steps=steps, seed=seed, out=out)
    try:
        return 0 if training.follow(console, run, missing, words, steps, out) else 130
    finally:
        run.close()


@cli.command("verify", short_help="For authors: does everything still fit together?")
@click.argument("names", nargs=-1, metavar="[EXERCISE]...")
@click.option(
    "--seeds", type=click.IntRange(1), default=8, show_default=True, help="At which each right answer must pass."
)
def verify_kata(names: tuple[str, ...], seeds: int) -> int:
    """For authors: check that stubs, solutions, lessons, points and checks fit together.

    Then prove the checks: every known mistake in grader/mistakes/ must be caught and named as itself, every mutant of
    the solutions must be caught, and no right answer of tests/right/ may be refused. `grade verify ex05`: one exercise.
    """
    from grader.course import verify
    from grader.reports import terminal

    console, broken = _console(), 0
    for claim in _showing_progress(console, verify.claims(curriculum.find(names), seeds)):
        terminal.claim(console, claim.says, claim.problems)
        broken += bool(claim.problems)
    return 1 if broken else 0


@cli.command("class", short_help="For instructors: grade a folder of submissions.")
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--out", "out", type=click.Path(path_type=Path), required=True, metavar="RESULTS", help="Where to write.")
@click.option("--only", multiple=True, metavar="EXERCISE", help="Grade this exercise; several times for more.")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Submissions at a time (one a core).")
@click.option("--scheduler", metavar="ADDRESS", help="Grade on the cluster of this Dask scheduler.")
@click.option("--seed", type=click.IntRange(0), metavar="N", help="Seed of the checks' inputs (0).")
@click.option("--secret", type=click.Path(path_type=Path), metavar="FILE", help="Seeds from a secret, for an exam.")
@click.option("--hidden", type=click.Path(path_type=Path), metavar="DIR", help="More checks, not in the handout.")
@click.option("--name-hidden", is_flag=True, help="Let the feedback tell the rules of hidden checks.")
@click.option("--again", multiple=True, metavar="NAME", help="Grade this student anew, and show what changed.")
@click.option("--written-by-hand", type=click.Path(path_type=Path), metavar="FILE", help="CSV: points on top.")
@click.option("--check-seconds", type=click.FloatRange(0.1), default=10.0, show_default=True, help="Limit of a check.")
@click.option(
    "--exercise-seconds", type=click.FloatRange(0.1), default=60.0, show_default=True, help="Limit of an exercise."
)
@click.option(
    "--submission-seconds", type=click.FloatRange(0.1), default=300.0, show_default=True, help="Limit of a submission."
)
@click.option("--accept-weak-sandbox", is_flag=True, help="Grade though the sandbox lacks a layer; results say so.")
def grade_class(submissions: Path, out: Path, written_by_hand: Path | None, **options: Any) -> int:
    """For instructors: grade each folder, .zip and .ipynb in SUBMISSIONS; go on where an earlier run stopped."""
    from grader.course import again, by_hand, class_run
    from grader.reports import class_progress, terminal

    console = _console()
    terms = _terms(options)
    found, strangers = class_run.entries(submissions)
    students = {entry.student for entry in found}
    for name in options["again"]:
        if name not in students:
            raise UsageError(f"--again: there is no submission of {name!r} in {checkout.shown(submissions)}")
    given = by_hand.read(written_by_hand, students, terms.chosen()) if written_by_hand else ()
    terminal.problems(
        console, [f"{name} is no folder, .zip or .ipynb that is not hidden: not graded" for name in strangers]
    )
    broken: dict[str, str] = {}
    unchanged, graded, layers = 0, 0, None
    with class_run.Results(out, submissions) as results:
        before = {entry.student: results.stored(entry.slot) for entry in found if entry.student in options["again"]}
        changes: list[str] = []
        pool = _pool(options, terms, results.scratch)
        outcomes = class_run.grade(found, results, terms, options["again"], pool)
        for outcome in class_progress.follow(console, outcomes, len(found)):
            if outcome.broken is not None:
                broken[outcome.slot] = outcome.broken
            elif outcome.result is None:
                unchanged += 1
            else:
                graded += 1
                layers = outcome.result.layers
                results.keep(outcome.slot, outcome.result, name_hidden=options["name_hidden"])
                if outcome.student in before:
                    what = again.changes(before[outcome.student], outcome.result)
                    changes += [f"{outcome.student}: {line}" for line in what]
        class_run.write_class_files(
            found, results, terms, broken, given, title=submissions.resolve().name, name_hidden=options["name_hidden"]
        )
    terminal.lines(console, changes)
    terminal.sandbox(console, layers)
    terminal.problems(console, [f"not graded: {slot}: {why}" for slot, why in broken.items()])
    terminal.lines(console, [f"{graded} graded, {unchanged} unchanged: {checkout.shown(out / class_run.SUMMARY)}"])
    return 1 if broken else 0


def _terms(options: dict[str, Any]) -> Any:
    """The terms of a class run, as the command line tells them."""
    from grader.course import terms

    chosen = curriculum.find(options["only"])
    if options["secret"] is not None and options["seed"] is not None:
        raise UsageError("--secret makes the seeds; leave --seed out")
    seconds = {name: options[name] for name in ("check_seconds", "exercise_seconds")}
    seconds["run_seconds"] = options["submission_seconds"]
    secret = terms.read_secret(options["secret"]) if options["secret"] else None
    seed = options["seed"] or 0
    return terms.Terms(
        exercises=tuple(exercise.name for exercise in chosen),
        seeds=terms.exam_seeds(secret) if secret else seed,
        seed_shown=terms.exam_digest(secret) if secret else str(seed),
        hidden=terms.read_hidden(options["hidden"], chosen) if options["hidden"] else (),
        limits=replace(terms.CLASS_LIMITS, **seconds),
        accept_weak=options["accept_weak_sandbox"],
    )


def _pool(options: dict[str, Any], terms: Any, scratch: Path) -> Any:
    """Where a class is graded: here, or on a cluster."""
    from grader.course import class_run

    if options["scheduler"] is None:
        return class_run.on_this_machine(terms, options["jobs"] or os.cpu_count() or 1, scratch)
    if options["jobs"] is not None:
        raise UsageError("--scheduler uses all workers of the cluster; leave --jobs out")
    from grader.course import cluster

    return cluster.on_a_cluster(terms, options["scheduler"])


def run() -> int:
    """Run a command; whatever goes wrong becomes one line and an exit status."""
    try:
        return int(cli.main(prog_name="grade", standalone_mode=False) or 0)
    except UsageError as error:
        return _refuse(str(error))
    except AnswersFailed as error:
        return _refuse(str(error), status=1)
    except click.ClickException as error:
        return _refuse(f"{error.format_message().rstrip('.')}; grade --help shows what there is")
    except (KeyboardInterrupt, click.Abort):
        return 130
    except BrokenPipeError:  # the reader of a pipe has gone (grade | head)
        sys.stdout = None
        return 1


def _refuse(line: str, status: int = 2) -> int:
    print(f"grade: {line}", file=sys.stderr)
    return status
