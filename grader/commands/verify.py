"""`grade verify`."""

import click

from grader.commands import exercise_choice
from grader.commands.progress import showing
from grader.kata import references
from grader.reports.console import open_console


@click.command("verify")
@exercise_choice.NAMES
@exercise_choice.OPTION
@click.option(
    "--seeds",
    type=click.IntRange(1),
    default=8,
    show_default=True,
    help="Seeds with which each right answer must pass.",
)
def command(names: tuple[str, ...], typed: str | None, seeds: int) -> int:
    """For authors: check that stubs, solutions, lessons, points and checks are consistent.

    Then prove the checks: they must catch and recognise every known mistake in grader/mistakes/, catch every mutant of
    the solutions, and pass every right answer in tests/right/. `grade verify ex05` checks one exercise.

    \b
    Examples:
      grade verify
      grade verify ex05 --seeds 20
    """
    references.refuse_in_a_handout("grade verify")
    from grader.course import verify
    from grader.reports import terminal

    console, broken = open_console(), 0
    for claim in showing(console, verify.claims(exercise_choice.chosen(typed, names), seeds)):
        terminal.claim(console, claim.says, claim.problems)
        broken += bool(claim.problems)
    return 1 if broken else 0
