"""`grade collect`."""

from pathlib import Path

import click

from grader.base import paths
from grader.commands import exercise_choice, files
from grader.reports.console import open_console


@click.command("collect")
@click.argument("folder", type=files.PATH)
@exercise_choice.NAMES
@exercise_choice.OPTION
@click.option("--roster", type=files.PATH, metavar="FILE", help="A class list (CSV).")
@click.option("--verbose", is_flag=True, help="Show where each answer is taken from, and all that is not taken.")
def command(folder: Path, names: tuple[str, ...], typed: str | None, roster: Path | None, verbose: bool) -> int:
    """Show what `grade class` would take from each submission in FOLDER, and why. Nothing is graded.

    A learner can try it on a folder with a single submission.

    \b
    Examples:
      grade collect submissions
      grade collect submissions --verbose
    """
    from grader.course import collecting
    from grader.course import roster as rosters
    from grader.course.entries import HandedIn, entries, single
    from grader.reports import terminal

    chosen = exercise_choice.chosen(typed, names)
    alone = single(folder)
    handed_in = HandedIn((alone,)) if alone else entries(folder, rosters.read(roster) if roster else ())
    console = open_console()
    terminal.problems(console, handed_in.notes)
    for entry in handed_in.entries:
        terminal.lines(console, collecting.shown(entry, chosen, verbose=verbose))
    terminal.lines(console, [f"{entry.student}: handed in nothing" for entry in handed_in.absent])
    count = f"{len(handed_in.entries)} submission{'s' * (len(handed_in.entries) != 1)}"
    terminal.lines(console, [f"{count} in {paths.shown(folder)}; nothing was graded"])
    return 0
