"""The pages of a class, `summary.html` and `similarity.html`: each one file that needs no network and no script."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import jinja2
import markupsafe

from grader.harmless import plain
from grader.reports.overview import Overview
from grader.similarity import Pair

MOST_NAMES = 40


def summary(overview: Overview, title: str) -> str:
    """The class at a glance."""
    return _templates().get_template("summary.html").render(of=overview, title=title, most_names=MOST_NAMES)


def similarity(pairs: Sequence[Pair], title: str, of: str = "") -> str:
    """The pairs that are more alike than the class explains, side by side; `of` is a digest of what was compared."""
    return _templates().get_template("similarity.html").render(pairs=pairs, title=title, of=of)


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: plain(value) if type(value) is str else value,  # student names steer nothing here
    )
    environment.filters |= {"rule": _rule, "percent": lambda share: f"{100 * share:.0f}"}
    return environment


def _rule(text: str) -> markupsafe.Markup:
    """A check's sentence: what stands between backticks is code."""
    return markupsafe.Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(markupsafe.escape(text))))
