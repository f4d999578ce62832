"""The pages of a class, `summary.html` and `similarity.html`, which need no network and are readable without
JavaScript.

A short script sorts the table of students.
"""

from collections.abc import Mapping, Sequence

from grader.base.results import TOTAL
from grader.course.gradebook import HANDED_IN_NOTHING, Line
from grader.course.overview import Overview
from grader.course.results_folder import FEEDBACK_PAGE
from grader.course.similarity import Similar
from grader.reports.html import scripts, template

MOST_NAMES = 40


def summary(
    overview: Overview,
    title: str,
    *,
    lines: Sequence[Line] = (),
    headline: str = "",
    comments: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
) -> str:
    """Write the overview of the class.

    Args:
        overview: the class in numbers.
        title: of the assignment, or of the folder.
        lines: of the gradebook: the table of students, with links to their feedback.
        headline: the assignment's title and date.
        comments: an instructor's words on mistakes, by their name.
        notes: on the class as a whole.
    """
    script, digest = scripts("summary.js")
    return template("summary.html").render(
        of=overview,
        title=title,
        headline=headline,
        lines=lines,
        exercises=[name for name, _ in lines[0].by_exercise] if lines else [],
        comments=comments or {},
        notes=notes,
        most_names=MOST_NAMES,
        feedback=FEEDBACK_PAGE,
        nothing=HANDED_IN_NOTHING,
        total=TOTAL,
        script=script,
        script_digest=digest,
    )


def similarity(similar: Similar, title: str, of: str = "") -> str:
    """Write the similar pairs side by side, and the other findings of a comparison.

    Args:
        similar: what the comparison found.
        title: of the class.
        of: a digest of what was compared.
    """
    return template("similarity.html").render(pairs=similar.pairs, title=title, of=of, similar=similar)
