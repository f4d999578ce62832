"""`grade [EXERCISE]...`: checks the answers."""

import json
import sys
from pathlib import Path

import click

from grader import commands
from grader.base import paths
from grader.commands import limits
from grader.commands.progress import result_of
from grader.kata import assignment, curriculum, torch_free
from grader.reports.console import open_console


class _Grade(click.Command):
    """Its usage is that of `grade` itself: nobody types the command's own name."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage("grade", " ".join(self.collect_usage_pieces(ctx)))


@click.command("exercises", cls=_Grade)
@click.argument("names", nargs=-1, metavar="[EXERCISE]...", shell_complete=commands.complete_exercise)
@click.option(
    "--answers", type=click.Path(path_type=Path), metavar="DIR", help="A folder of exNN_name.py files, or a notebook."
)
@click.option("--json", "json_file", metavar="FILE", help="Write the result as JSON too; - is standard output.")
@click.option("--seed", type=int, default=None, help="Seed of the checks' inputs (0, or the assignment's).")
@click.option("--verbose", is_flag=True, help="Show every check.")
@click.option("--sandbox", is_flag=True, help="Run the answers in a sandbox.")
@click.option("--accept-weak-sandbox", is_flag=True, help="Also where it lacks a layer that an exam needs.")
@limits.of_checks
def command(
    names: tuple[str, ...],
    answers: Path | None,
    json_file: str | None,
    seed: int | None,
    verbose: bool,
    sandbox: bool,
    accept_weak_sandbox: bool,
    check_seconds: float,
    exercise_seconds: float,
) -> int:
    """Check exercises: all, or those named by number, name or a part of it.

    \b
    Examples:
      grade                   all of them
      grade 5 fusion          two, by number and by a part of the name
      grade --answers solutions --json result.json
      grade --answers kata.ipynb
    """
    from grader.base.atomic_files import writable, write_whole
    from grader.engine import run
    from grader.engine.attempts import Limits
    from grader.engine.worker_processes import Workers
    from grader.kata import intake
    from grader.learner import onward, state
    from grader.reports import terminal

    chosen, without_torch = torch_free.split(curriculum.find(names, commands.names()))
    if seed is None:
        seed = assignment.seed()
    if json_file not in (None, "-"):
        writable(Path(json_file))
    limits = Limits(check_seconds, exercise_seconds)
    quiet = json_file == "-"
    digests = state.digests(chosen)
    console = open_console(quiet=quiet)
    with intake.opened(answers if answers is not None else paths.EXERCISES) as (submission, left):
        notes = [*without_torch, *left, *submission.not_graded(), *submission.notes(chosen)]
        with Workers(chosen, sandbox=sandbox, accept_weak=accept_weak_sandbox) as workers:
            result = result_of(console, run.grade(submission, chosen, workers, seed=seed, limits=limits))
    kept = state.keep(result, digests) if submission.folder == paths.EXERCISES else None
    terminal.problems(console, [*notes, *(kept.notes if kept else ())])
    terminal.headline(console, assignment.here())
    terminal.report(console, result, verbose=verbose)
    if kept is not None:
        for name in kept.first:
            onward.can_now_explain(console, curriculum.find_one(name))
        if result.passed:
            onward.go_on(console, state.load().unfinished())
    if json_file is not None:
        text = json.dumps(result.as_json(), indent=1, ensure_ascii=False) + "\n"
        if quiet:
            sys.stdout.write(text)
        else:
            write_whole(Path(json_file), text)
    return 0 if result.passed else 1
