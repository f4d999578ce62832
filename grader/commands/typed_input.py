"""Reads what a person types while a command waits: a line or a key; in a pipe, its lines. Prints nothing."""

import sys

import click


def line() -> str | None:
    """The next line, stripped; None at the end of the input (Ctrl-D)."""
    data = sys.stdin.buffer.readline()
    return data.decode(errors="replace").strip() if data else None


def key() -> str | None:
    """The next key, without Enter on a terminal; in a pipe the first character of a line. None at the end."""
    if sys.stdin.isatty():
        try:
            return click.getchar()
        except EOFError:
            return None
    typed = line()
    return typed if not typed else typed[0]
