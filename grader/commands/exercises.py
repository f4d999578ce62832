"""`grade [EXERCISE]...`: grades the answers."""

import math
from pathlib import Path

import click

from grader.base import paths
from grader.commands import exercise_choice, files, limits, regrade, result_json
from grader.commands.progress import result_of
from grader.kata import assignment as assignments
from grader.kata import curriculum, torch_free
from grader.reports.console import open_console


class _Grade(click.Command):
    """Shows its usage as that of `grade` itself, because the command's own name is never typed."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage("grade", " ".join(self.collect_usage_pieces(ctx)))


@click.command("exercises", cls=_Grade)
@exercise_choice.NAMES
@exercise_choice.OPTION
@files.ANSWERS
@click.option("--json", "json_file", metavar="FILE", help="Also write the result as JSON; - is standard output.")
@click.option("--seed", type=int, default=None, help="Seed of the checks' inputs (0, or the assignment's).")
@click.option("--verbose", is_flag=True, help="Show every check.")
@click.option("--sandbox", is_flag=True, help="Run the answers in a sandbox.")
@click.option("--accept-weak-sandbox", is_flag=True, help="Even if it lacks a layer that an exam needs.")
@click.option(
    "--assignment",
    type=files.PATH,
    metavar="FILE",
    help="Regrade NAME as grade class did with this assignment.",
)
@click.option("--secret", type=files.PATH, metavar="FILE", help="Regrade NAME with an exam's secret.")
@click.option("--hidden", type=files.PATH, metavar="DIR", help="Regrade NAME with hidden checks.")
@limits.of_checks
@limits.OF_SUBMISSION
def command(
    names: tuple[str, ...],
    typed: str | None,
    answers: Path | None,
    json_file: str | None,
    seed: int | None,
    verbose: bool,
    sandbox: bool,
    accept_weak_sandbox: bool,
    assignment: Path | None,
    secret: Path | None,
    hidden: Path | None,
    check_seconds: float,
    exercise_seconds: float,
    submission_seconds: float | None,
) -> int:
    """Grade exercises: all, or the given ones, by number, name or a part of the name.

    With --assignment, --secret or --hidden, one submission NAME (a folder, a zip or a notebook) is regraded exactly as
    grade class did, for an appeal, with all that the student handed in beside it.

    \b
    Examples:
      grade                   all of them
      grade 5 fusion          two, by number and by a part of the name
      grade --answers solutions --json result.json
      grade --answers kata.ipynb
      grade --assignment lab1/assignment.yaml --secret secret --hidden hidden handed-in/bob.zip
    """
    from grader.base.atomic_files import writable
    from grader.engine import run, worker_supply
    from grader.engine.attempts import Limits
    from grader.kata import intake
    from grader.learner import onward, state
    from grader.reports import terminal

    if assignment or secret or hidden:
        options = click.get_current_context().params
        return regrade.one(names, answers, options, json_file=json_file, verbose=verbose)
    chosen, without_torch = torch_free.split(exercise_choice.chosen(typed, names))
    if seed is None:
        seed = assignments.seed()
    if json_file not in (None, "-"):
        writable(Path(json_file))
    digests = state.digests(chosen)
    console = open_console(quiet=json_file == "-")
    with intake.opened(answers or paths.checkout().exercises) as (submission, left):
        notes = [*without_torch, *left, *submission.not_graded(), *submission.notes(chosen)]
        with worker_supply.workers(chosen, sandbox=sandbox, accept_weak=accept_weak_sandbox) as workers:
            seconds = Limits(check_seconds, exercise_seconds, run_seconds=submission_seconds or math.inf)
            result = result_of(console, run.grade(submission, chosen, workers, seed=seed, limits=seconds))
    kept = state.keep(result, digests) if submission.folder == paths.checkout().exercises else None
    terminal.problems(console, [*notes, *(kept.notes if kept else ())])
    terminal.headline(console, assignments.here())
    terminal.report(console, result, verbose=verbose)
    if kept is not None:
        for name in kept.first:
            onward.can_now_explain(console, curriculum.find_one(name))
        if result.passed:
            onward.go_on(console, state.load().unfinished())
    if json_file is not None:
        result_json.write(result, json_file)
    return 0 if result.passed else 1
