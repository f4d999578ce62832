"""`grade train`."""

from pathlib import Path

import click

from grader.base import paths
from grader.base.errors import UsageError
from grader.commands import files
from grader.reports.console import open_console


@click.command("train")
@files.ANSWERS
@click.option(
    "--data",
    default="names",
    show_default=True,
    metavar="names|language|makemore|FILE",
    help="Words to train on; language: artificial letters whose lowest possible loss is known.",
)
@click.option(
    "--recipe",
    type=click.Choice(["published", "fast", "best"]),
    help="published: 200,000 steps of SGD with your own loop; fast: as good in a fortieth of the time; best: better.",
)
@click.option("--steps", type=click.IntRange(1), help="Steps of SGD (20000; with --recipe published 200000).")
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of the weights and the batches."
)
@click.option("--device", type=click.Choice(["cpu", "cuda", "auto"]), default="cpu", show_default=True)
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True, help="Cores that torch uses.")
@click.option("--fresh", is_flag=True, help="Start again instead of continuing this run.")
@click.option(
    "--out",
    type=files.PATH,
    metavar="FILE",
    help="Where to save the model.  [default: .grade/tree.pt or .grade/language.pt]",
)
@click.option("--with-solutions", is_flag=True, help="Use the solutions of exercises that you have not written.")
def command(
    answers: Path | None,
    data: str,
    recipe: str | None,
    steps: int | None,
    seed: int,
    device: str,
    threads: int,
    fresh: bool,
    out: Path | None,
    with_solutions: bool,
) -> int:
    """Train the tree with your own code (exercises 3 to 10), and write ten new names.

    If a run was stopped, the same command continues it.

    \b
    Examples:
      grade train                              a first look: a minute
      grade train --recipe fast --out tree.pt
      grade train --answers solutions --data words.txt
    """
    from grader.kata import corpus, intake
    from grader.learner.training import progress_text, train

    words = None if data == "language" else corpus.load(data, others=["language"])
    with intake.opened(answers or paths.checkout().exercises) as (submission, _):
        missing = train.missing(submission, words)
        if missing and not with_solutions:
            first, others = missing[0], len(missing) - 1
            more = f" (and {others} more)" if others else ""
            raise UsageError(f"{first.name} is not written yet{more}: grade {first.short}, or use --with-solutions")
        out = files.output(out, "language.pt" if words is None else "tree.pt")
        console = open_console()
        source = data if words is None or data in corpus.NAMED else str(Path(data).absolute())
        order = train.Order(source, recipe, steps, seed, device, threads, out, fresh)
        run = train.Training(submission, missing, words, order)
        try:
            return 0 if progress_text.follow(console, run, missing, words, out) else 130
        finally:
            run.close()
