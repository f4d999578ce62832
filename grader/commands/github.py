"""`grade github`."""

import os
from pathlib import Path

import click

from grader.base import paths
from grader.base.errors import UsageError
from grader.commands import files


@click.command("github")
@click.argument("result", type=files.PATH, metavar="RESULT.json")
@click.option("--summary", type=files.PATH, metavar="FILE", help="The job summary ($GITHUB_STEP_SUMMARY).")
@click.option(
    "--answers",
    type=files.PATH,
    metavar="PATH",
    help="What was graded, where the result does not lead to it: a folder, a zip or a notebook.",
)
def command(result: Path, summary: Path | None, answers: Path | None) -> int:
    """Write annotations for the learner's lines and the job summary in a GitHub workflow.

    If the step has an output file ($GITHUB_OUTPUT), `result` contains the points for reporters that add them up.

    \b
    Example:
      grade --json result.json; grade github result.json
      grade github graded/bob/result.json --answers handed-in/bob.zip
    """
    from grader.base import result_file
    from grader.kata import intake
    from grader.reports.feedback_file import feedback
    from grader.reports.platforms import github

    run = result_file.read(result)
    if summary is None and "GITHUB_STEP_SUMMARY" in os.environ:
        summary = Path(os.environ["GITHUB_STEP_SUMMARY"])
    texts = intake.take(answers or Path(run.answers)).answers
    for line in github.annotations(run, texts):
        click.echo(line)
    if summary is not None:
        _append(summary, feedback(run))
    if "GITHUB_OUTPUT" in os.environ:
        _append(Path(os.environ["GITHUB_OUTPUT"]), f"result={github.classroom(run, texts)}\n")
    return 0


def _append(path: Path, text: str) -> None:
    """Append to a file of the GitHub step, which other commands may have written to."""
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"cannot write {paths.shown(path)}: {error.strerror}") from error
