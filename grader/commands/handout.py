"""`grade handout`."""

from pathlib import Path

import click

from grader.base import paths
from grader.commands import exercise_choice, files
from grader.reports.console import open_console


@click.command("handout")
@click.argument("folder", type=files.PATH, metavar="DIR")
@exercise_choice.NAMES
@exercise_choice.OPTION
@click.option("--title", default="", metavar="TEXT", help="Title of the assignment.")
@click.option("--due", default="", metavar="TEXT", help="Due date, in your own words; it is shown, not enforced.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of the checks' inputs.")
@click.option("--with-solutions", is_flag=True, help="Add the branch `solutions`, and let --spoil show them.")
def command(
    folder: Path, names: tuple[str, ...], typed: str | None, title: str, due: str, seed: int, with_solutions: bool
) -> int:
    """Create the git repository that you hand out in a course, in the new folder DIR.

    Its branch main contains stubs, lessons, checks and the grader; solutions and known mistakes are sealed. The same
    commit of the kata with the same options produces the same commits.

    \b
    Examples:
      grade handout ../assignment --with-solutions
      grade handout ../week3 --exercises 1,5,7-9 --title "Week 3" --due 2026-12-01
    """
    from grader.course import handout
    from grader.reports import terminal

    who = handout.refuse(folder)
    exercises = exercise_choice.chosen(typed, names)
    chosen = handout.choose(exercises, title=title, due=due, seed=seed, spoil=with_solutions)
    made = handout.contents(chosen)
    handout.write(made, folder, who, with_solutions=with_solutions)
    console, shown = open_console(), paths.shown(folder)
    points = ", ".join(f"{name[:4]} {each:g}" for name, each in chosen.points)
    terminal.lines(console, [f"{shown}: {len(made.files)} files, points: {points}"])
    if made.given:
        on = ", ".join(name[:4] for name in made.given)
        terminal.lines(console, [f"they build on {on}: not asked; lesson and sealed reference solution included"])
    terminal.lines(console, ["branches: main, solutions" if with_solutions else "branch: main, without solutions"])
    return 0
