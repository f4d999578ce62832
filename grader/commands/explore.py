"""`grade explore`."""

from pathlib import Path

import click

from grader.base import paths
from grader.commands import files
from grader.reports.console import open_console


@click.command("explore")
@files.ANSWERS
@files.MODEL
@click.option("--out", type=files.PATH, metavar="FILE", help="Where the page goes (.grade/explore.html).")
def command(answers: Path | None, model: Path | None, out: Path | None) -> int:
    """Write one interactive page: what each node sees in the tree, the dilated stack and the stream, and what it costs.

    It works before you have written any code, with a tree that is already trained; after `grade train`, it uses your
    own.

    \b
    Examples:
      grade explore
      grade explore --model fast.pt --out page.html
    """
    from grader.base.atomic_files import write_whole
    from grader.kata import intake
    from grader.learner import reference_tree
    from grader.learner.exploring import own_tree, page

    model, out = files.model(model), files.output(out, "explore.html")
    with intake.opened(answers or paths.checkout().exercises) as (submission, _):
        found = own_tree.own_tree(submission.folder, model)
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
