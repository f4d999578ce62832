"""Why a check did not pass, as plain text: for platforms that show a text beside each check."""

from collections.abc import Iterator

from grader.base.results import CheckResult

_STATES = {
    "timeout": "Stopped by a time limit.",
    "blocked": "It could not run, and counts as not earned.",
    "not_started": "Not started.",
}


def name(result: CheckResult) -> str:
    """What the check is called: its rule; of a hidden one nothing is told."""
    return "A hidden check." if result.check.hidden else result.check.rule


def text(result: CheckResult) -> str:
    """The explanation; empty where the check passes as it stands."""
    return "\n".join(_parts(result))


def _parts(result: CheckResult) -> Iterator[str]:
    found = result.finding
    if result.stands_on:
        verb = "It passes" if found.status == "passed" else "It was tried"
        yield f"{verb} with the reference in place of {', '.join(result.stands_on)}."
    if found.status == "passed":
        return
    if found.status in _STATES:
        yield _STATES[found.status]
    if found.difference:
        yield found.difference
    if found.example:
        yield f"\nA call that shows it:\n{_indented(found.example)}"
    if found.status == "failed" and found.expected is not None and found.got is not None:
        yield f"\nExpected:\n{_indented(found.expected)}\nGot:\n{_indented(found.got)}"
    if found.traceback:
        yield f"\nWhere:\n{_indented(found.traceback)}"
    if result.cause:
        yield f"\nLikely cause ({result.cause.name}): {result.cause.told}"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
