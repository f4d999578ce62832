"""How all commands choose several exercises: `--exercises 1,2,5-7`, or names as arguments."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from grader import commands
from grader.base.errors import UsageError
from grader.kata import curriculum
from grader.kata.curriculum import Exercise

F = TypeVar("F", bound=Callable[..., Any])
NAMES = click.argument("names", nargs=-1, metavar="[EXERCISE]...", shell_complete=commands.complete_exercise)
OPTION = click.option(
    "--exercises",
    "typed",
    metavar="1,2,5-7",
    shell_complete=commands.complete_exercise,
    help="Which exercises, by number or name (all).",
)


def older(spelling: str) -> Callable[[F], F]:
    """An older, hidden option that chooses one exercise at a time."""
    return click.option(spelling, "older", multiple=True, hidden=True)


def names(typed: str | None, *more: Sequence[str]) -> list[str]:
    """The names that were typed in any of the ways: `1,5,7-9` is 1, 5, 7, 8, 9.

    Raises:
        UsageError: a range goes backwards, or `--exercises` names none.
    """
    found = [name for several in more for name in several]
    if typed is None:
        return found
    parts = list(filter(None, (part.strip() for part in typed.split(","))))
    if not parts:
        raise UsageError("--exercises is empty; 1,2,5-7 would be five exercises")
    for part in parts:
        span = re.fullmatch(r"(\d{1,3})-(\d{1,3})", part)
        if span is None:
            found.append(part)
        elif int(span[1]) > int(span[2]):
            raise UsageError(f"--exercises {part} is backwards; {span[2]}-{span[1]} is a range")
        else:
            found += map(str, range(int(span[1]), int(span[2]) + 1))
    return found


def chosen(typed: str | None, *more: Sequence[str]) -> tuple[Exercise, ...]:
    """The exercises that were named in any of the ways; all if none was.

    Raises:
        UsageError: a name fits no exercise, or several.
    """
    return curriculum.find(names(typed, *more), commands.names())
