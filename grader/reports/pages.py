"""How pages are made of their templates: everything is escaped, and each is one file that needs no network."""

import re
from functools import cache
from pathlib import Path

import jinja2
import markupsafe

from grader.harmless import plain

FOLDER = Path(__file__).parent / "templates"


@cache
def templates() -> jinja2.Environment:
    """The templates of all pages."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: plain(value) if type(value) is str else value,  # names of students steer nothing here
    )
    environment.filters |= {"rule": _rule, "percent": lambda share: f"{100 * share:.0f}", "marked": _marked}
    return environment


def _rule(text: str) -> markupsafe.Markup:
    """A check's sentence: what stands between backticks is code."""
    return markupsafe.Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(markupsafe.escape(text))))


def _marked(text: str) -> markupsafe.Markup:
    """Values of which some differ: what stands between » and « is marked, and keeps the signs."""
    return markupsafe.Markup(re.sub(r"»([^«\n]*)«", r"<mark>»\1«</mark>", str(markupsafe.escape(plain(text)))))
