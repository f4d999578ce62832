"""The command line: which command was meant, its help, and how errors are reported."""

import contextlib
import importlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

import grader
from grader import commands
from grader.base import output, paths
from grader.base.errors import AnswersFailed, UsageError
from grader.base.paths import Checkout

if TYPE_CHECKING:
    from grader.engine.worker_supply import Supply


class Commands(click.Group):
    """`grade`, `grade 5` and `grade --seed 1` grade; `grade list` is a command, imported on use."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Treat a first word that is neither a command nor a request for help as an exercise; completion may mean
        either.
        """
        known = [*commands.names(), "--help", "--version"]
        names_exercises = args[0] not in known if args else not ctx.resilient_parsing
        if names_exercises:
            args = ["exercises", *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List every command for users."""
        return commands.names()

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import a command."""
        known = {"exercises": commands.GRADE} | {
            n: e for section in commands.SECTIONS.values() for n, e in section.items()
        }
        if name not in known:
            return None
        command: click.Command = importlib.import_module(f"grader.commands.{known[name].module}").command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a first word: a command, an exercise, or an option of grading."""
        found = super().shell_complete(ctx, incomplete)
        grade = self.get_command(ctx, "exercises")
        assert grade is not None
        if incomplete.startswith("-"):
            return found + grade.shell_complete(click.Context(grade, parent=ctx), incomplete)
        return found + [CompletionItem(name) for name in commands.complete_exercise(ctx, None, incomplete)]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands; the options of grading are in the text above, so that everything fits on one screen."""
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List commands by audience, without importing them."""
        for title, section in commands.SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, entry.says) for name, entry in section.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["--help"], "max_content_width": 100})
@click.version_option(grader.__version__, prog_name="grade")
def cli() -> None:
    """Check the answers in exercises/ and say in plain words what is wrong.

    \b
    grade                     all exercises
    grade 5   grade flatten   one, by number or by a part of its name
    grade 5 --help            the options of grading: folder, JSON, seed, sandbox
    grade COMMAND --help      a command, with examples;  grade --version
    """


def run(
    arguments: Sequence[str] | None = None, *, checkout: Checkout | None = None, workers: "Supply | None" = None
) -> int:
    """Run a command and return its exit status. Errors are printed as one line.

    Args:
        arguments: the words after `grade`. Default: those of this process.
        checkout: the checkout to work in. Default: the one that contains this code.
        workers: the supply of worker processes. Default: the command starts its own.
    """
    with contextlib.ExitStack() as given:
        if checkout is not None:
            given.enter_context(paths.use(checkout))
        if workers is not None:
            from grader.engine import worker_supply  # `grade --help` needs no engine

            given.enter_context(worker_supply.taken_from(workers))
        return _run(arguments)


def _run(arguments: Sequence[str] | None) -> int:
    if os.environ.get("COLUMNS") == "0":  # a terminal that does not know its width, not one without any
        del os.environ["COLUMNS"]
    output.prepare()
    try:
        status = int(cli.main(arguments, prog_name="grade", standalone_mode=False) or 0)
        sys.stdout.flush()
        return status
    except UsageError as error:
        return _refuse(str(error))
    except AnswersFailed as error:
        return _refuse(str(error), status=1)
    except click.ClickException as error:
        context = error.ctx if isinstance(error, click.UsageError) else None
        command = context.command_path if context is not None else "grade"
        command = command.replace("grade exercises", "grade 5")  # as the help calls it
        return _refuse(f"{' '.join(error.format_message().split()).rstrip('.')} (see {command} --help)")
    except (KeyboardInterrupt, click.Abort):
        return 130
    except BrokenPipeError:  # the reader of a pipe has gone (grade | head)
        output.drop()
        return 1
    except OSError as error:
        if not output.cannot_be_written(error):
            raise
        output.drop()
        where = f" to {error.filename}" if error.filename else ""
        return _refuse(f"cannot write{where}: {error.strerror}; is the disk full?")


def _refuse(line: str, status: int = 2) -> int:
    print(f"grade: {line}", file=sys.stderr)
    return status
