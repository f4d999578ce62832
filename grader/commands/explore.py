"""`grade explore`."""

from pathlib import Path

import click

from grader.base import paths
from grader.base.errors import UsageError
from grader.reports.console import open_console


@click.command("explore")
@click.option(
    "--answers", type=click.Path(path_type=Path), metavar="DIR", help="A folder of exNN_name.py files, or a notebook."
)
@click.option(
    "--model", type=click.Path(path_type=Path), metavar="FILE", help="What grade train saved (.grade/tree.pt)."
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Where the page goes (.grade/explore.html)."
)
def command(answers: Path | None, model: Path | None, out: Path | None) -> int:
    """Write one interactive page: what each node sees in the tree, the dilated stack and the stream, and what it costs.

    It works before you have written any code, with a tree that is already trained; after `grade train`, it uses your
    own.

    \b
    Examples:
      grade explore
      grade explore --model fast.pt --out page.html
    """
    from grader.base.atomic_files import writable, write_whole
    from grader.kata import intake
    from grader.learner import reference_tree
    from grader.learner.exploring import own_tree, page

    if model is not None and not model.is_file():
        raise UsageError(f"{paths.shown(model)} does not exist: grade train --out {paths.shown(model)}")
    if out is None:
        out = paths.checkout().state / "explore.html"
        paths.checkout().state.mkdir(exist_ok=True)
    writable(out)
    with intake.opened(answers if answers is not None else paths.checkout().exercises) as (submission, _):
        found = own_tree.own_tree(submission.folder, model if model is not None else paths.checkout().state / "tree.pt")
    if isinstance(found, str):
        text = page.page(page.that_ships(reference_tree.load()), found)
    else:
        text = page.page(found, None)
    write_whole(out, text)
    console = open_console()
    which = "with the tree that comes with the kata" if isinstance(found, str) else "with your own tree"
    console.print(f"page written to {paths.shown(out)}, {which}; open it in a browser:", markup=False, soft_wrap=True)
    console.print(out.absolute().as_uri(), markup=False, soft_wrap=True)
    if isinstance(found, str):
        console.print(found, markup=False, soft_wrap=True)
    return 0
