"""`grade mistakes`."""

from pathlib import Path

import click

from grader import commands
from grader.base import paths
from grader.base.errors import UsageError
from grader.commands import files
from grader.kata import curriculum, references
from grader.reports.console import open_console


@click.group("mistakes", no_args_is_help=False)
def command() -> None:
    """For authors: add to the known mistakes, by which `grade` names the likely cause of a failure.

    \b
    Examples:
      grade mistakes draft 5 --answers handed-in/ada
    """


@command.command("draft")
@click.argument("exercise", metavar="EXERCISE", shell_complete=commands.complete_exercise)
@files.ANSWERS
@click.option("--out", type=files.PATH, metavar="FILE", help="The file to write (exNN-new-mistake.yaml).")
def draft(exercise: str, answers: Path | None, out: Path | None) -> int:
    """Write a mistake file from an answer that fails for no known reason.

    The file contains the changes that turn the solution into the answer, and empty texts for you to write. It can be
    used once they are written and the file is in grader/mistakes/.

    \b
    Examples:
      grade mistakes draft 5
      grade mistakes draft 5 --answers handed-in/ada --out halves-swapped.yaml
    """
    references.refuse_in_a_handout("grade mistakes draft")
    from grader.base.atomic_files import writable, write_whole
    from grader.course import mistake_draft
    from grader.reports import terminal

    (chosen,) = curriculum.find([exercise], commands.names())
    file = out or Path(f"{chosen.short}-new-mistake.yaml")
    writable(file)
    if file.exists():
        raise UsageError(f"{paths.shown(file)} already exists; choose another file with --out")
    text, notes = mistake_draft.of_answer(chosen, answers or paths.checkout().exercises)
    write_whole(file, text)
    bank = f"{references.BANK}/{chosen.name}/"
    terminal.lines(
        open_console(),
        [
            *notes,
            f"{paths.shown(file)}: write says, looks_right and advice, and delete changes that do not matter",
            f"then move it to {bank}, and type: make footprints ARGS={chosen.short}; grade verify {chosen.short}",
        ],
    )
    return 0
