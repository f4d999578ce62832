"""Pages that people read are free of the phrases that read as if translated."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.base import paths

PAGES = sorted(
    path
    for path in [
        *(path for kind in ("md", "yaml", "py") for path in paths.checkout().exercises.rglob(f"*.{kind}")),
        paths.checkout().root / "README.md",
        *(paths.checkout().root / name for name in ("COURSE.md", "CONTRIBUTING.md", "AGENTS.md", "CHANGELOG.md")),
    ]
    if path.exists() and path.parent.name not in ("pictures", "__pycache__")
)
_FENCE = re.compile(r"^(?P<fence>`{3,})\w*\n.*?^(?P=fence)$", re.MULTILINE | re.DOTALL)
_MANY = "queue|fusion|mean|weight|value|number|nat|second|step|row|table|score|block|operation|time|line|bias|example"
_EACH = "level|position|place|channel|cell|core|letter|character|token|pair|batch|step|window|parameter|class"
# A pattern, and what to write instead.
PATTERNS = {
    rf"\b(?:{_MANY})(?:e?s)? an? (?:{_EACH})\b(?! has\b)": "per: `one queue per level`",
    r"\d (?:s|ms|MiB) an? \w+": "per: `10 s per check`",
    r"\bwh(?:o|om)ever\b": "whatever, anyone who, if you",
    r"\bnobody\b|\bsomebody\b": "no one, someone, or the person by name",
    r"\bin the place of\b": "instead of",
    r"\bst(?:ands?|ood)\b(?! (?:for|in for|out|still)\b)": "go, be, come: `where does eps go`",
    r"\balike\b": "the same, similar",
    r"\b(?:anew|afresh)\b": "again",
    r"\bpaid for once\b": "`a mistake costs points only once`",
    r"\b(?:message|error|ValueError|first|second|one) (?:that )?names\b|\bnaming (?:it|the)\b|\bnames T\b": "include",
    r"(?<!\*\*)\brefus(?:e|es|ed|ing)\b": "raise an error",
    r"(?<!\bre)(?<!\bcom)\bmend(?:s|ed|ing)?\b": "fix, repair",
    r"\bso weighted\b": "the weighted average of the values",
    r"\binfinity through\b": "infinity divided by infinity",
    r"\bin sum\b": "in total",
    r"\bdear(?:er|ly)\b": "costly, expensive",
    r"\banother (?:one|thing|function|number) than\b": "different",
    r"\bis another (?:thing|one|number|function|row|block)\b": "different",
    r"\bis an? other\b": "different",
    r"(?:^|[.!?:] )That (?:no|each|every|a|an|the|nothing)\b": "a sentence whose subject is a noun",
    r"\bwhere one (?:group|position) (?:remains|is left)\b": "if one position remains",
    r"\bexactly where\b": "if and only if",
    r"\bis told (?!to\b|apart\b)": "is reported",
    r"\bof each its\b": "its ... each",
    r"\bwhat came\b(?! before| next| out)": "the value",
    r"\bgoes on for ever\b|\bwithout a word\b": "never ends, without an error",
    r"\bin silence\b": "silently",
    r"\ba something a\b": "per",
    r"\bat the (?:most|least)\b(?! \w+ (?:of|in))": "at most, at least",
}


def found(text: str) -> Iterator[str]:
    """Each phrase of a text that has one of the patterns, with its neighbours and what to write instead."""
    plain = " ".join(re.sub(r"`[^`\n]*`", "`code`", _FENCE.sub("", text)).split())
    for pattern, instead in PATTERNS.items():
        for match in re.finditer(pattern, plain, re.IGNORECASE if "That" not in pattern else 0):
            yield f"«{plain[max(0, match.start() - 30) : match.end() + 20]}»: write {instead}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(paths.checkout().root).as_posix())
def test_a_page_reads_like_plain_english(page: Path) -> None:
    assert list(found(page.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "One token at a time: a queue a level",
        "10 seconds a\nstep",
        "10 s a check",
        "the same, whoever its neighbour is",
        "Where does eps stand, and what is it for?",
        "attention in the place of fixed neighbours",
        "One wrong answer is paid for once.",
        "is a ValueError that names T",
        "An h after c is another thing than an h after t.",
        "It is causal. That no position looks ahead makes it so.",
        "which pieces it takes for alike",
        "the list is made anew",
    ],
)
def test_a_phrase_of_the_list_is_found(text: str) -> None:
    assert list(found(text))


@pytest.mark.parametrize(
    "text",
    [
        "B stands for the batch; you understand a level when you have built one.",
        "- **refuses**: Raise `ValueError` if T is not a multiple of `group`.",
        "one queue per level, ten seconds per step",
        "We recommend it; it commends itself. The model names a token.",
        "```text\na queue a level\n```",
        "That is all.",
    ],
)
def test_plain_sentences_are_left_alone(text: str) -> None:
    assert list(found(text)) == []
