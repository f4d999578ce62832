"""A worksheet on paper: the page to fill in, and the page with the answers, as plain text for any printer."""

import textwrap

from grader.learner.worksheets.worksheet import Worksheet

WIDTH = 78
BLANK = "_" * 12
PAGE_BREAK = "\f"


def page(sheet: Worksheet, number: int) -> str:
    """The page to fill in."""
    return _write(sheet, number, [BLANK] * len(sheet.questions))


def answers_page(sheet: Worksheet, number: int) -> str:
    """Make the same page with the solution of each question."""
    return _write(sheet, number, [f"\n      {question.working}" for question in sheet.questions])


def _write(sheet: Worksheet, number: int, after: list[str]) -> str:
    lines = [sheet.title, f"sheet {number}", "", textwrap.indent(sheet.given, "  "), ""]
    step = None
    for question, text in zip(sheet.questions, after, strict=True):
        if question.step != step:
            lines += [*textwrap.wrap(question.step, WIDTH), ""]
            step = question.step
        asked = textwrap.fill(question.asks, WIDTH, initial_indent="  ", subsequent_indent="    ")
        lines += [f"{asked} {text}", ""]
    return "\n".join(lines)
