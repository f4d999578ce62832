"""`grade` and `python -m grader`: Ctrl-C ends it with status 130, even while it is still being imported."""

import os
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line."""
    try:
        from grader import cli

        sys.exit(cli.run())
    except KeyboardInterrupt:
        os._exit(130)


if __name__ == "__main__":
    main()
