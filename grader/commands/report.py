"""`grade report`."""

from pathlib import Path
from typing import Any

import click

from grader.base import paths
from grader.base.errors import AnswersFailed, UsageError
from grader.commands import files
from grader.commands.progress import result_of, shares
from grader.kata import curriculum
from grader.kata.submission import Submission
from grader.learner.portrait.figures import Order, Portrait, paint
from grader.learner.training import training_record
from grader.learner.training.train import needed
from grader.learner.training.training_record import TrainingRecord
from grader.reports.console import open_console


@click.command("report")
@files.ANSWERS
@files.MODEL
@click.option("--out", type=files.PATH, metavar="FILE", help="Where the page goes (.grade/report.html).")
@click.option("--seed", type=int, default=None, help="Seed of the checks' inputs (0, or the assignment's).")
def command(answers: Path | None, model: Path | None, out: Path | None, seed: int | None) -> int:
    """Write one HTML page: your progress, what failed and why, what you can explain, and pictures of your own tree.

    It regrades all exercises, so its exit status is that of `grade`. For the pictures, run `grade train` first.

    \b
    Examples:
      grade report
      grade report --model fast.pt --out report.html     of another tree, to another place
    """
    from grader.base.atomic_files import write_whole
    from grader.engine import run, worker_supply
    from grader.kata import assignment, intake
    from grader.learner import state
    from grader.learner.portrait import page
    from grader.reports import terminal

    model, out = files.model(model), files.output(out, "report.html")
    console = open_console()
    chosen = curriculum.exercises()
    digests = state.digests(chosen)
    seed = seed if seed is not None else assignment.seed()
    record = training_record.read(model)
    with intake.opened(answers or paths.checkout().exercises) as (submission, left):
        with worker_supply.workers(chosen) as workers:
            result = result_of(console, run.grade(submission, chosen, workers, seed=seed))
        own = submission.folder == paths.checkout().exercises
        notes = [*left, *(state.keep(result, digests).notes if own else ())]
        remembered = state.load() if own else state.State()
        portrait = _portrait(console, submission, model, record)
    text = page.page(result, remembered.passed, remembered.unfinished() if own else None, record, portrait)
    write_whole(out, text)
    terminal.problems(console, notes)
    terminal.headline(console, assignment.here())
    bonus = f"  (and {result.bonus:g} bonus)" if result.bonus else ""
    console.print(f"{result.points:g} of {result.max_points:g} points{bonus}")
    if isinstance(portrait, str):
        console.print(f"without pictures of your tree: {portrait}", markup=False, soft_wrap=True)
    console.print(f"report written to {paths.shown(out)}\n{out.absolute().as_uri()}", markup=False, soft_wrap=True)
    return 0 if result.passed else 1


def _portrait(console: Any, submission: Submission, model: Path, record: TrainingRecord | None) -> Portrait | str:
    """Return the figures of the pictures, or why there are none."""
    from grader.kata import corpus

    again = f"grade train --out {paths.shown(model)}" if model != paths.checkout().state / "tree.pt" else "grade train"
    if record is None:
        if model.exists():
            return f"It is not known how {paths.shown(model)} was trained. Train it again: {again}"
        return f"There is no trained tree yet. Once exercises 3 to 10 are written: {again}"
    if record.words is None:
        return f"{paths.shown(model)} was trained on the artificial language, but the pictures are for words: {again}"
    try:
        words = corpus.load(record.data)
    except UsageError as error:
        return f"The words that the tree was trained on cannot be read: {error}"
    if training_record.digest_of_words(words) != record.words:
        return f"The words in {record.data} have changed since the tree was trained. Train it again: {again}"
    try:
        needed(words)
    except UsageError as error:  # an assignment without some of them
        return str(error)
    order = Order(str(submission.folder.absolute()), record.standing_on, str(model.absolute()), tuple(words))
    try:
        (portrait,) = shares(console, "flat model", paint(order))  # the flat model takes most of the time
        assert isinstance(portrait, Portrait)
        return portrait
    except AnswersFailed as error:
        return f"Your tree could not be examined: {error}"
