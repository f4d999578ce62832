"""The files that commands take as options: the answers, a trained model, a file to write."""

from pathlib import Path

import click

from grader.base import paths
from grader.base.atomic_files import writable
from grader.base.errors import UsageError

PATH = click.Path(path_type=Path)
ANSWERS = click.option("--answers", type=PATH, metavar="DIR", help="A folder of exNN_name.py files, or a notebook.")
MODEL = click.option("--model", type=PATH, metavar="FILE", help="What grade train saved (.grade/tree.pt).")


def model(given: Path | None) -> Path:
    """Return the trained model: the given file, or what `grade train` saves by default.

    Raises:
        UsageError: the given file does not exist.
    """
    if given is not None and not given.is_file():
        raise UsageError(f"{paths.shown(given)} does not exist: grade train --out {paths.shown(given)}")
    return given or paths.checkout().state / "tree.pt"


def output(given: Path | None, name: str) -> Path:
    """Return where to write: the given file, or one with this name in the state folder.

    Raises:
        UsageError: it cannot be written.
    """
    if given is None:
        paths.checkout().state.mkdir(exist_ok=True)
    out = given or paths.checkout().state / name
    writable(out)
    return out
