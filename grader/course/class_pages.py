"""The pages of a class, `summary.html` and `similarity.html`: each one file that needs no network and no script."""

from collections.abc import Sequence

from grader.course.overview import Overview
from grader.course.similarity import Pair
from grader.reports.html import template

MOST_NAMES = 40


def summary(overview: Overview, title: str) -> str:
    """The class at a glance."""
    return template("summary.html").render(of=overview, title=title, most_names=MOST_NAMES)


def similarity(pairs: Sequence[Pair], title: str, of: str = "") -> str:
    """The pairs that are more alike than the class explains, side by side; `of` is a digest of what was compared."""
    return template("similarity.html").render(pairs=pairs, title=title, of=of)
