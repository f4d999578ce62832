"""`grade challenge`."""

from pathlib import Path

import click

from grader.base.errors import AnswersFailed, UsageError
from grader.commands import files, limits
from grader.reports.console import open_console


@click.command("challenge")
@click.argument("file", required=False, type=files.PATH, metavar="FILE")
@click.option("--data", default="names", show_default=True, metavar="names|makemore|FILE", help="Words to train on.")
@click.option("--seconds", type=limits.Seconds(1), default=60.0, show_default=True, help="CPU time for training.")
@click.option("--board", is_flag=True, help="Show the leaderboard.")
@click.option("--marks", is_flag=True, help="Measure the project's own models on this machine, for the leaderboard.")
@click.option("--accept-weak-sandbox", is_flag=True, help="Run the file even if the sandbox lacks a layer.")
def command(file: Path | None, data: str, seconds: float, board: bool, marks: bool, accept_weak_sandbox: bool) -> int:
    """Score your own train_model by its loss on test words (the rules are in exercises/challenge.md).

    \b
    Examples:
      grade challenge exercises/challenge.py
      grade challenge mine.py --seconds 30
      grade challenge --board
    """
    if file is None and not board and not marks:
        raise UsageError("give a file with your train_model (such as exercises/challenge.py), or use --board")
    from grader.kata import corpus
    from grader.learner.challenge import board as boards
    from grader.learner.challenge import leaderboard, scoring
    from grader.learner.challenge import marks as own

    console = open_console()
    words = corpus.load(data)
    given, name = scoring.task(words), boards.board_of(words, seconds)
    if marks:
        for mark in own.missing(boards.entries(name)):
            console.print(f"measuring {mark} ...")
            score = own.measure(mark, given)
            boards.enter(name, boards.Entry(mark, True, score.loss, score.parameters, score.seconds))
    if file is not None:
        scoring.check(file)
        try:
            with scoring.open_sandbox(accept_weak=accept_weak_sandbox) as sandbox:
                score = scoring.challenge(file, given, seconds, sandbox)
        except AnswersFailed as failed:
            boards.enter(name, boards.Entry(file.stem, False, None, None, None, str(failed).partition("\n")[0]))
            raise
        boards.enter(name, boards.Entry(file.stem, False, score.loss, score.parameters, score.seconds))
    if board or marks:
        leaderboard.show(console, boards.entries(name), own.missing(boards.entries(name)))
    if file is not None:
        console.print(f"test loss {score.loss:.4f}, {score.parameters} parameters, {score.seconds:.1f} s")
    return 0
