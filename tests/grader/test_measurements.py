"""Measured figures that pages quote are those of the page of measurements, and each is linked to it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.base import paths

PAGE = paths.checkout().exercises / "measurements.md"
PAGES = sorted(
    path
    for path in [
        *paths.checkout().exercises.glob("*.md"),
        paths.checkout().root / "README.md",
        paths.checkout().root / "COURSE.md",
    ]
    if path != PAGE
)
_FENCE = re.compile(r"^(?P<fence>`{3,})\w*\n.*?^(?P=fence)$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?:[\w./]*/)?measurements\.md(?:#(?P<anchor>[\w-]+))?\)")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_FIGURE = re.compile(r"(?<![\d.,])\d\.\d{3}(?!\d|\.\d)")
_DECIMAL = re.compile(r"(?<![\d.,])\d+\.\d{2,}(?!\d|\.\d)")
_TELLS_OF_ONE = re.compile(
    r"\bmeasured\b(?! with| by| from| in)|\bvalidation loss(es)? (?:is|was|were|of)\b", re.IGNORECASE
)


def sections() -> dict[str, set[str]]:
    """The numbers of each section of the page, by its anchor."""
    parts = re.split(r"^## (.+)\n", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {
        title.lower().replace(" ", "-"): set(_NUMBER.findall(text))
        for title, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def blocks(text: str) -> Iterator[str]:
    """The paragraphs of a page without its code; a table belongs to the paragraph above it."""
    waiting = ""
    for block in re.split(r"\n\s*\n", _FENCE.sub("", text)):
        if block.startswith("|"):
            waiting = f"{waiting}\n\n{block}"
            continue
        if waiting:
            yield waiting
        waiting = block
    yield waiting


def quoted(block: str) -> Iterator[tuple[str, str]]:
    """Each figure that a block quotes, and the anchor that it is linked to."""
    for link in _LINK.finditer(block):
        own = _NUMBER.findall(link["text"])
        for figure in own or _DECIMAL.findall(_LINK.sub("", block)):
            yield figure, link["anchor"] or ""


def problems(text: str, known: dict[str, set[str]]) -> Iterator[str]:
    """Each figure of a page that is not that of the page of measurements, or not linked."""
    everything = set().union(*known.values())
    for block in blocks(text):
        by_figure: dict[str, set[str]] = {}
        for figure, anchor in quoted(block):
            by_figure.setdefault(figure, set()).add(anchor)
        for figure, anchors in by_figure.items():
            if not any(figure in (known.get(anchor, set()) if anchor else everything) for anchor in anchors):
                yield f"{figure} is not in {PAGE.name} under {', '.join(sorted(anchors))}"
        if _TELLS_OF_ONE.search(block) and not by_figure:
            yield from (f"{figure} has no link to {PAGE.name}" for figure in _FIGURE.findall(block))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_measured_figure_is_that_of_the_page_of_measurements(page: Path) -> None:
    assert list(problems(page.read_text(encoding="utf-8"), sections())) == []


def test_links_lead_to_sections_that_are_there() -> None:
    for page in PAGES:
        for link in _LINK.finditer(page.read_text(encoding="utf-8")):
            assert link["anchor"] is None or link["anchor"] in sections(), (page.name, link["anchor"])


KNOWN = {"race": {"0.599", "20,552"}, "splits": {"1.977"}}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It reaches [0.599](measurements.md#race).", []),
        ("It reaches [0.598](measurements.md#race).", ["0.598 is not in measurements.md under race"]),
        ("It reaches [0.599](measurements.md#splits).", ["0.599 is not in measurements.md under splits"]),
        ("[Measured](measurements.md#race): 0.599 with 20,552 parameters.", []),
        ("[Measured](measurements.md#race): 0.600.", ["0.600 is not in measurements.md under race"]),
        ("The [race](exercises/measurements.md#race):\n\n| 0.598 |", ["0.598 is not in measurements.md under race"]),
        ("We measured a loss of 0.599.", ["0.599 has no link to measurements.md"]),
        ("tanh(1) is 0.762.", []),
        ("We measured nothing:\n\n```text\n0.123 measured\n```", []),
    ],
)
def test_a_figure_that_is_wrong_or_not_linked_is_found(text: str, found: list[str]) -> None:
    assert list(problems(text, KNOWN)) == found
