"""Reads a result from a file in the format of `result.schema.json`."""

import json
from pathlib import Path

from grader.base import paths
from grader.base.errors import UsageError
from grader.base.plain_text import line
from grader.base.results import RunResult


def read(path: Path) -> RunResult:
    """Read a file that `grade --json` or `grade class` wrote.

    Raises:
        UsageError: it cannot be read, or is no such file.
    """
    shown = paths.shown(path)
    try:
        result = RunResult.from_json(json.loads(path.read_text(encoding="utf-8")))
        result.as_json()  # reads every number, so an invalid one is found here
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(f"{shown} is not a result of grade --json ({line(repr(error))})") from error
    return result
