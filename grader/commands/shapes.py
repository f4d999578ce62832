"""`grade shapes`."""

from pathlib import Path

import click

from grader.base import paths
from grader.commands import files
from grader.reports.console import open_console


@click.command("shapes")
@click.argument("name", default="marianne")
@files.ANSWERS
def command(name: str, answers: Path | None) -> int:
    """Print the shapes of a name in your own code, call by call, as far as you have written it.

    \b
    Examples:
      grade shapes
      grade shapes ada
      grade shapes --answers solutions
    """
    from grader.kata import curriculum, intake
    from grader.learner.own_shapes import own_shapes

    console = open_console()
    exercise, failed = "", False
    with intake.opened(answers or paths.checkout().exercises) as (submission, _):
        for line in own_shapes.lines(submission.folder, name.lower()):
            if line.exercise != exercise:
                exercise = line.exercise
                found = curriculum.find_one(exercise)
                console.print(f"{found.short}  {found.title}", style="bold", markup=False)
            if line.state == own_shapes.NOT_WRITTEN:
                console.print(f"  not written yet: {found.file}", style="dim")
            elif line.state:
                failed = True
                console.print(f"  ✗ {line.problem}", style="red", markup=False, soft_wrap=True)
            else:
                shapes = f"{_shape(line.before)} → {_shape(line.after)}"
                console.print(f"  {line.call:24}{shapes:28}{line.sees}".rstrip(), markup=False, soft_wrap=True)
    return 1 if failed else 0


def _shape(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
