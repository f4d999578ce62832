"""The pages of a class, `summary.html` and `similarity.html`: each one file that needs no network and no script."""

from collections.abc import Sequence

from grader.reports.overview import Overview
from grader.reports.pages import templates
from grader.similarity import Pair

MOST_NAMES = 40


def summary(overview: Overview, title: str) -> str:
    """The class at a glance."""
    return templates().get_template("summary.html").render(of=overview, title=title, most_names=MOST_NAMES)


def similarity(pairs: Sequence[Pair], title: str, of: str = "") -> str:
    """The pairs that are more alike than the class explains, side by side; `of` is a digest of what was compared."""
    return templates().get_template("similarity.html").render(pairs=pairs, title=title, of=of)
