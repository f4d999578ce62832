"""The limits of an answer as command options, in finite seconds."""

import math
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


class Seconds(click.FloatRange):
    """A number of seconds with a minimum; `nan` and `inf` are rejected."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Take what was typed."""
        seconds = float(super().convert(value, param, ctx))
        if not math.isfinite(seconds):
            self.fail(f"{value} is not a number of seconds.", param, ctx)
        return seconds


OF_SUBMISSION = click.option(
    "--submission-seconds", type=Seconds(0.1), metavar="N", help="Limit per submission (300, at home none)."
)


def of_checks(command: F) -> F:
    """Add the options for the limits per check and per exercise."""
    for name, seconds, says in (
        ("--exercise-seconds", 60.0, "Limit per exercise."),
        ("--check-seconds", 10.0, "Limit per check."),
    ):
        command = click.option(name, type=Seconds(0.1), default=seconds, show_default=True, help=says)(command)
    return command
