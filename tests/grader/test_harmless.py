"""Text of answers and file names obeys nobody: not a terminal, not Markdown, not a spreadsheet."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from grader.base import plain_text
from grader.base.results import Finding

ANYTHING = st.text(st.characters(codec=None, categories=None, exclude_categories=()))


@given(ANYTHING)
def test_plain_text_holds_nothing_that_steers_and_can_be_encoded(text: str) -> None:
    shown = plain_text.plain(text)
    shown.encode()
    assert not [c for c in shown if unicodedata.category(c) == "Cc" and c not in "\n\t"]
    assert plain_text.plain(shown) == shown


@given(ANYTHING)
def test_a_finding_holds_plain_text_only(text: str) -> None:
    found = Finding("failed", example=text, expected=text, got=text, difference=text, traceback=text)
    assert {found.example, found.expected, found.got, found.difference, found.traceback} == {plain_text.plain(text)}


def html_of(markdown: str) -> str:
    return MarkdownIt("commonmark", {"html": True, "linkify": False}).render(markdown)


HOSTILE = [
    "<script>alert(1)</script>",
    "`` ` ```` <b>x</b>",
    "](http://x) ![a](http://x) [b]",
    "```\n</code><img src=x onerror=alert(1)>\n````",
    "~~~\n# head\n---\n| a | b |",
    "    four spaces\n<!--",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_text_as_code_whatever_it_is(text: str) -> None:
    for markdown in (f"- {plain_text.code_span(text)}", plain_text.code_block(text), f"# {plain_text.code_span(text)}"):
        html = html_of(markdown)
        for tag in ("<script", "<b>", "<img", "<a", "<hr", "<table", "<!--"):
            assert tag not in html, html
        assert html.count("<code") == 1


@given(ANYTHING)
def test_markdown_of_any_text_is_one_piece_of_code(text: str) -> None:
    assert html_of(plain_text.code_span(text)).count("<code>") == 1
    assert html_of(plain_text.code_block(text)).count("<code") == 1


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "=cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert plain_text.cell(text)[0] not in "=+-@\t\r ＝"


def test_addresses_are_left_out_so_that_equal_runs_read_alike() -> None:
    assert plain_text.plain("<Tree object at 0x7f3a5c1d2e80>") == "<Tree object at 0x…>"
