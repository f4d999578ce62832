"""`grade train`."""

from pathlib import Path

import click

from grader import checkout
from grader.errors import UsageError
from grader.reports.console import open_console


@click.command("train")
@click.option("--answers", type=click.Path(path_type=Path), metavar="DIR", help="Another folder of exNN_name.py files.")
@click.option("--data", default="names", show_default=True, metavar="names|makemore|FILE", help="Words to learn from.")
@click.option("--steps", type=click.IntRange(1), default=20_000, show_default=True, help="Steps of SGD.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the weights and the batches.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Where the model is saved (.grade/tree.pt)."
)
@click.option("--with-solutions", is_flag=True, help="Let solutions stand in for exercises not written yet.")
def command(answers: Path | None, data: str, steps: int, seed: int, out: Path | None, with_solutions: bool) -> int:
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
    console = open_console()
    run = train.Training(submission, missing, words, steps=steps, seed=seed, out=out)
    try:
        return 0 if training.follow(console, run, missing, words, steps, out) else 130
    finally:
        run.close()
