"""The terminal that commands print to."""

from typing import Any


def open_console(**options: Any) -> Any:
    """A console that colours nothing but what it is told to; rich is imported when it is asked for."""
    from rich.console import Console

    return Console(highlight=False, **options)
