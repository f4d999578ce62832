"""`grade race`."""

from pathlib import Path

import click

from grader.base import paths
from grader.base.errors import UsageError
from grader.commands import files
from grader.kata import curriculum
from grader.reports.console import open_console


@click.command("race")
@files.ANSWERS
@click.option("--data", default="language", show_default=True, metavar="language|names|FILE", help="What to train on.")
@click.option(
    "--letters", type=click.IntRange(0), default=200_000, show_default=True, help="Letters of the language to train on."
)
@click.option("--seeds", type=click.IntRange(1, 20), default=3, show_default=True, help="Runs per model.")
@click.option(
    "--without",
    type=click.Choice(["norm", "tanh", "sharing", "neighbours"]),
    multiple=True,
    help="Also run a tree without this part.",
)
@click.option("--out", type=files.PATH, metavar="FILE", help="Also draw a picture: .png, .svg or .pdf.")
def command(
    answers: Path | None, data: str, letters: int, seeds: int, without: tuple[str, ...], out: Path | None
) -> int:
    """Train your flat model (exercise 4) and your trees (exercise 8) side by side with the same recipe.

    A fully connected model of the same size and depth shows how much depth alone does, and how much the tree's wiring
    adds. --without norm, tanh, sharing (of weights) or neighbours adds a tree without that part. For the language the
    lowest possible loss is known; on names no model wins clearly.

    \b
    Examples:
      grade race --answers solutions
      grade race --letters 20000 --without norm --without neighbours
      grade race --data names --out race.png
    """
    from grader.base.atomic_files import writable, write_whole
    from grader.kata import corpus, intake
    from grader.learner.race import plot, race
    from grader.learner.race.verdict import standings, verdict

    if out is not None:
        if out.suffix.lower() not in plot.PICTURES:
            raise UsageError(f"--out draws {', '.join(plot.PICTURES)}, not {out.name!r}")
        writable(out)
    curriculum.needed({3, 4, 8}, "grade race")
    if data == "language":
        course, lanes = race.language_race(letters, seeds, dict.fromkeys(without))
    else:
        words = corpus.load(data, others=["language"])
        course, lanes = race.names_race(words, seeds, dict.fromkeys(without))
    console = open_console()
    with intake.opened(answers or paths.checkout().exercises) as (submission, _):
        run = race.Race(submission.folder, course, lanes)
        try:
            curves, arrivals = plot.follow(console, lanes, run.events())
        finally:
            run.close()
    found = standings(arrivals)
    plot.report(console, curves, found, verdict(arrivals))
    if out is not None:
        write_whole(out, plot.picture(curves, found, out.suffix.lower().removeprefix(".")))
        console.print(f"picture written to {paths.shown(out)}", soft_wrap=True)
    return 0
