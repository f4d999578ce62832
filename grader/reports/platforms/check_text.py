"""The name and the explanation of a check as plain text, for platforms that show a text with each check."""

from collections.abc import Iterator

from grader.base.results import CheckResult
from grader.reports.explanation import explanation

_STATES = {
    "timeout": "Stopped by a time limit.",
    "blocked": "It could not run, and earns no points.",
    "not_started": "Not started.",
}


def name(result: CheckResult) -> str:
    """Return the name of a check: its rule; a hidden check shows nothing."""
    return "A hidden check." if result.check.hidden else result.check.rule


def text(result: CheckResult) -> str:
    """Return the explanation; empty if the check passes without references."""
    return "\n".join(_parts(result))


def _parts(result: CheckResult) -> Iterator[str]:
    status, found = result.finding.status, explanation(result)
    if found.references:
        verb = "It passes" if status == "passed" else "It was tried"
        yield f"{verb} with the reference in place of {', '.join(found.references)}."
    if status == "passed":
        return
    if status in _STATES:
        yield _STATES[status]
    if found.difference:
        yield found.difference
    if found.example:
        yield f"\n{found.calls}:\n{_indented(found.example)}"
    if found.expected is not None and found.got is not None:
        yield f"\nExpected:\n{_indented(found.expected)}\nGot:\n{_indented(found.got)}"
    if found.code:
        yield f"\nWhere:\n{_indented(found.code)}"
    if found.cause:
        yield f"\nLikely cause ({found.cause.name}): {found.cause.told}"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
