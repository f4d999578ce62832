"""`grade gradescope`."""

import json
from pathlib import Path

import click

from grader.base import paths
from grader.reports.console import open_console


class _Results(click.Group):
    """`grade gradescope RESULT.json` writes results; `build` is a command of its own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, "--help"):
            args = ["results", *args]
        return super().parse_args(ctx, args)


@click.group("gradescope", cls=_Results, no_args_is_help=False)
def command() -> None:
    """For Gradescope: write a result as it reads it, or build the archive of an autograder.

    \b
    Examples:
      grade gradescope result.json --out results.json
      grade gradescope build autograder.zip
    """


@command.command("results", hidden=True)
@click.argument("result", type=click.Path(path_type=Path), metavar="RESULT.json")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("results.json"), show_default=True, help="Where to write."
)
def results(result: Path, out: Path) -> int:
    """Write a result of grade --json or grade class as Gradescope's results.json."""
    from grader.base import result_file
    from grader.base.atomic_files import write_whole
    from grader.reports.platforms import gradescope

    written = gradescope.results(result_file.read(result))
    write_whole(out, json.dumps(written, indent=1, ensure_ascii=False) + "\n")
    return 0


@command.command("build")
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT.zip")
@click.option(
    "--assignment", type=click.Path(path_type=Path), metavar="FILE", help="A handout's assignment.yaml (all)."
)
@click.option("--extra-index", metavar="URL", help="One more package index for pip: torch's own, of CPU builds.")
@click.option("--accept-weak-sandbox", is_flag=True, help="Grade though the sandbox lacks a layer; results say so.")
def build(out: Path, assignment: Path | None, extra_index: str | None, accept_weak_sandbox: bool) -> int:
    """Build the archive that Gradescope makes an autograder of."""
    from grader.base.atomic_files import writable, write_whole
    from grader.course import gradescope_archive, handout
    from grader.kata import assignment as assignments
    from grader.kata import curriculum, references
    from grader.reports import terminal

    references.refuse_in_a_handout("grade gradescope build")
    writable(out)
    chosen = assignments.read(assignment) if assignment else handout.choose(curriculum.exercises())
    data = gradescope_archive.archive(
        handout.contents(chosen), extra_index=extra_index, accept_weak=accept_weak_sandbox
    )
    write_whole(out, data)
    most = sum(exercise.points for exercise in curriculum.asked(chosen) if not exercise.bonus)
    terminal.lines(open_console(), [f"{paths.shown(out)}: set the assignment's points to {most:g} on the platform"])
    return 0
