"""`grade notebook`."""

from pathlib import Path

import click

from grader.base import paths
from grader.base.errors import UsageError
from grader.commands import exercise_choice, files
from grader.kata import curriculum
from grader.reports.console import open_console

FORCE = click.option("--force", is_flag=True, help="Overwrite existing files.")


@click.group("notebook", no_args_is_help=False)
def command() -> None:
    """Build a notebook of the exercises, or read the answers from one.

    \b
    Examples:
      grade notebook build kata.ipynb
      grade notebook read kata.ipynb answers
      grade --answers kata.ipynb
    """


@command.command("build")
@click.argument("out", type=files.PATH, metavar="OUT.ipynb")
@exercise_choice.NAMES
@exercise_choice.OPTION
@exercise_choice.older("--exercise")
@click.option("--repository", metavar="URL", help="Where a kernel gets the kata from (the remote `origin`).")
@FORCE
def build(
    out: Path,
    names: tuple[str, ...],
    typed: str | None,
    older: tuple[str, ...],
    repository: str | None,
    force: bool,
) -> int:
    """Build a notebook: for each exercise its lesson, a cell for the answer, and a cell that grades it.

    \b
    Examples:
      grade notebook build kata.ipynb
      grade notebook build lab.ipynb --exercises 1,2,5-7
    """
    from grader.base.atomic_files import writable, write_whole
    from grader.course import git, notebook
    from grader.reports import terminal

    chosen = exercise_choice.chosen(typed, names, older)
    shown = paths.shown(out)
    if out.suffix != ".ipynb":
        raise UsageError(f"{shown} is not a notebook name; it must end in .ipynb")
    writable(out)
    if out.exists() and not force:
        raise UsageError(f"{shown} already exists; choose another file, or overwrite it with --force")
    address = git.origin(paths.checkout().root) if repository is None else repository
    write_whole(out, notebook.build(chosen, address))
    count = f"{len(chosen)} exercise{'s' * (len(chosen) > 1)}"
    terminal.lines(open_console(), [f"{shown}: {count}; grade --answers {shown} grades it"])
    return 0


@command.command("read")
@click.argument("source", type=files.PATH, metavar="IN.ipynb")
@click.argument("folder", type=files.PATH, metavar="DIR")
@FORCE
def read(source: Path, folder: Path, force: bool) -> int:
    """Write the answers of a notebook to DIR/exNN_name.py.

    \b
    Examples:
      grade notebook read kata.ipynb answers
      grade notebook read kata.ipynb exercises --force
    """
    from grader.base.atomic_files import write_whole
    from grader.kata import intake
    from grader.reports import terminal

    shown = paths.shown(source)
    if source.suffix.lower() != ".ipynb":
        raise UsageError(f"{shown} is not a notebook: its name does not end in .ipynb")
    taken = intake.take(source)
    if taken.problem:
        raise UsageError(f"{shown}: {taken.problem}")
    if not taken.answers:
        raise UsageError(
            f"{shown} contains no answer: an answer cell begins with a line like `# {curriculum.exercises()[0].file}`"
        )
    _refuse(folder, sorted(taken.answers), force)
    for name, content in sorted(taken.answers.items()):
        write_whole(folder / name, content)
    console = open_console()
    terminal.problems(console, taken.told)
    terminal.lines(console, [paths.shown(folder / name) for name in sorted(taken.answers)])
    return 0


def _refuse(folder: Path, names: list[str], force: bool) -> None:
    """Create the folder; raise an error early if the files cannot be written there."""
    shown = paths.shown(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = sorted(path.name for path in folder.glob("ex[0-9][0-9]_*.py"))
    except OSError as error:
        raise UsageError(f"cannot write to {shown}: {error.strerror}; choose another folder") from error
    if there and not force:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise UsageError(
            f"{shown} holds {there[0]}{more} already; choose another folder, or overwrite them with --force"
        )
