"""Reads what a person types while a command waits: an answer, a line or a key; in a pipe, its lines."""

import sys
from typing import Any

import click


def line() -> str | None:
    """The next line, stripped; None at the end of the input (Ctrl-D)."""
    data = sys.stdin.buffer.readline()
    return data.decode(errors="replace").strip() if data else None


def answer(console: Any, prompt: str) -> str | None:
    """The answer to a question; None if the person quits."""
    console.print(prompt, end="", markup=False, soft_wrap=True)
    typed = line()
    if typed is None or not sys.stdin.isatty():
        console.print()  # Enter was not pressed
    return None if typed is None or typed.lower() in ("quit", "q") else typed


def key() -> str | None:
    """The next key, without Enter on a terminal; in a pipe the first character of a line. None at the end."""
    if sys.stdin.isatty():
        try:
            return click.getchar()
        except EOFError:
            return None
    typed = line()
    return typed if not typed else typed[0]
