"""The pages of a class, `summary.html` and `similarity.html`, which need no network and are readable without
JavaScript.

A short script sorts the table of students.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence

import markupsafe

from grader.base.results import TOTAL
from grader.course.gradebook import HANDED_IN_NOTHING, Line
from grader.course.overview import Overview
from grader.course.results_folder import FEEDBACK_PAGE
from grader.course.similarity import Pair, Similar
from grader.reports.html import TEMPLATES, template

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
    script = (TEMPLATES / "summary.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
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
        script=markupsafe.Markup(script),
        script_digest=markupsafe.Markup(f"sha256-{digest}"),
    )


def similarity(pairs: Sequence[Pair], title: str, of: str = "", similar: Similar | None = None) -> str:
    """Write the similar pairs side by side, and the other findings of a comparison.

    Args:
        pairs: that stand out.
        title: of the class.
        of: a digest of what was compared.
        similar: groups, published solutions and identical files.
    """
    return template("similarity.html").render(pairs=pairs, title=title, of=of, similar=similar or Similar())
