"""`grade gradescope`."""

import json
from pathlib import Path

import click

from grader.base import paths
from grader.base.errors import UsageError
from grader.commands import class_terms, exercise_choice, files
from grader.reports.console import open_console

OUT = click.option("--out", type=files.PATH, default=Path("results.json"), show_default=True, help="Where to write.")


class _Results(click.Group):
    """`grade gradescope RESULT.json` writes results; `build` is a separate command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, "--help"):
            args = ["results", *args]
        return super().parse_args(ctx, args)


@click.group("gradescope", cls=_Results, no_args_is_help=False)
def command() -> None:
    """For Gradescope: convert a result, or build the archive of an autograder.

    \b
    Examples:
      grade gradescope result.json --out results.json
      grade gradescope build autograder.zip
    """


@command.command("results", hidden=True)
@click.argument("result", type=files.PATH, metavar="RESULT.json")
@OUT
def results(result: Path, out: Path) -> int:
    """Write a result of grade --json or grade class as Gradescope's results.json."""
    from grader.base import result_file
    from grader.base.atomic_files import write_whole
    from grader.reports.platforms import gradescope

    written = gradescope.results(result_file.read(result))
    write_whole(out, json.dumps(written, indent=1, ensure_ascii=False) + "\n")
    return 0


@command.command("failed", hidden=True)
@click.argument("said", type=files.PATH, metavar="FILE")
@OUT
def failed(said: Path, out: Path) -> int:
    """Write what a student reads if grading itself failed; FILE holds what the grader said."""
    from grader.base.atomic_files import write_whole
    from grader.reports.platforms import gradescope

    try:
        text = said.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{paths.shown(said)} cannot be read: {error.strerror}") from error
    write_whole(out, json.dumps(gradescope.failed(text), indent=1, ensure_ascii=False) + "\n")
    return 0


@command.command("build")
@click.argument("out", type=files.PATH, metavar="OUT.zip")
@exercise_choice.NAMES
@exercise_choice.OPTION
@class_terms.ASSIGNMENT
@class_terms.SEED
@class_terms.SECRET
@class_terms.HIDDEN
@click.option(
    "--extra-index", metavar="URL", help="An additional package index for pip, such as torch's index of CPU builds."
)
@class_terms.ACCEPT_WEAK_SANDBOX
def build(
    out: Path,
    names: tuple[str, ...],
    typed: str | None,
    assignment: Path | None,
    seed: int | None,
    secret: Path | None,
    hidden: Path | None,
    extra_index: str | None,
    accept_weak_sandbox: bool,
) -> int:
    """Build the archive from which Gradescope makes an autograder.

    \b
    Examples:
      grade gradescope build autograder.zip --exercises 1,2,5-7
      grade gradescope build exam.zip --assignment exam/assignment.yaml --secret secret --hidden hidden
    """
    from grader.base.atomic_files import writable, write_whole
    from grader.course import gradescope_archive, grading_terms, handout, hidden_checks
    from grader.kata import assignment as assignments
    from grader.kata import curriculum, references
    from grader.reports import terminal

    references.refuse_in_a_handout("grade gradescope build")
    writable(out)
    if assignment and (typed or names):
        raise UsageError("--assignment chooses the exercises; omit --exercises")
    if secret and seed is not None:
        raise UsageError("--secret determines the seeds; omit --seed")
    chosen = assignments.read(assignment) if assignment else handout.choose(exercise_choice.chosen(typed, names))
    asked = curriculum.asked(chosen)
    exam = gradescope_archive.Exam(
        seed,
        grading_terms.read_secret(secret) if secret else None,
        grading_terms.read_hidden(hidden, asked) if hidden else (),
    )
    with_hidden = hidden_checks.prove(hidden, asked) if hidden else {}
    data = gradescope_archive.archive(
        handout.contents(chosen), extra_index=extra_index, accept_weak=accept_weak_sandbox, exam=exam
    )
    write_whole(out, data)
    most = sum(with_hidden.get(exercise.name, exercise.points) for exercise in asked if not exercise.bonus)
    terminal.lines(open_console(), [f"{paths.shown(out)}: set the assignment's points to {most:g} on the platform"])
    return 0
