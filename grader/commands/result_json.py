"""Writes a result as JSON for `--json FILE`: to a file, or to standard output."""

import json
import sys
from pathlib import Path

from grader.base.results import RunResult


def write(result: RunResult, where: str) -> None:
    """Write it; `-` is standard output.

    Raises:
        UsageError: the file cannot be written.
    """
    from grader.base.atomic_files import write_whole

    text = json.dumps(result.as_json(), indent=1, ensure_ascii=False) + "\n"
    if where == "-":
        sys.stdout.write(text)
    else:
        write_whole(Path(where), text)
