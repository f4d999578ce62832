"""`grade` and `python -m grader`: Ctrl-C ends it with status 130, even while it is still being imported.

Nothing here imports more than `grader.base.shadowing` does: a learner's file may shadow any module that is imported.
"""

import os
import sys
from pathlib import Path
from typing import NoReturn

from grader.base.shadowing import in_the_way, instead


def main() -> NoReturn:
    """Run the command line."""
    try:
        from grader import cli

        sys.exit(cli.run())
    except KeyboardInterrupt:
        os._exit(130)
    except Exception as error:
        if not (names := _imported_instead(error)):
            raise
        sys.exit(_refuse(names))


def _imported_instead(error: Exception) -> list[str]:
    """List the files named like a library that were imported before this error, or raised it."""
    folders = [Path(place) for place in sys.path if not (Path(place) / "os.py").exists()]  # not Python's own
    files = {getattr(module, "__file__", None) for module in sys.modules.values()} | {getattr(error, "filename", None)}
    step = error.__traceback__
    while step is not None:
        files.add(step.tb_frame.f_code.co_filename)
        step = step.tb_next
    return [str(path) for path in in_the_way(folders) if {str(path), str(path / "__init__.py")} & files]


def _refuse(names: list[str]) -> int:
    print(f"grade: Python imported {instead(names)}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    main()
