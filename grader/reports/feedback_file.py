"""What a student of a class reads: a result as Markdown. Text only; what comes from an answer stands in code alone."""

from collections.abc import Iterator, Sequence

from grader.base.plain_text import code_block, code_span
from grader.base.results import ByHand, CheckResult, ExerciseResult, RunResult
from grader.reports import explanation

SIGNS = {"passed": "✓", "failed": "✗", "error": "✗", "timeout": "✗", "blocked": "–", "not_started": "·"}
WORDS = {
    "passed": "passed",
    "failed": "failed",
    "error": "error",
    "timeout": "stopped by a time limit",
    "blocked": "could not run, counts as not earned",
    "not_started": "not started",
}


def feedback(result: RunResult, by_hand: Sequence[ByHand] = (), *, name_hidden: bool = False) -> str:
    """Write the feedback on one submission.

    Args:
        result: of the submission.
        by_hand: points by hand.
        name_hidden: tell the rule of a hidden check; its inputs are never told.
    """
    return "\n".join(_lines(result, by_hand, name_hidden)).rstrip("\n") + "\n"


def _lines(result: RunResult, by_hand: Sequence[ByHand], name_hidden: bool) -> Iterator[str]:
    origin = result.origin
    yield f"# Feedback for {code_span(origin.student if origin else result.answers)}"
    yield ""
    bonus_names = {exercise.name for exercise in result.exercises if exercise.bonus}
    bonus = sum(given.points for given in by_hand if given.exercise in bonus_names)
    main = sum(given.points for given in by_hand) - bonus
    yield f"**{result.points + main:g} of {result.max_points:g} points**{_of_them(main)}."
    if result.max_bonus:
        yield f"Bonus: {result.bonus + bonus:g} of {result.max_bonus:g}{_of_them(bonus)}."
    if origin and origin.problem:
        yield ""
        yield f"Nothing could be read of what was handed in: {code_span(origin.problem)}"
    yield ""
    yield "| | exercise | result | points |"
    yield "| --- | --- | --- | ---: |"
    for exercise in result.exercises:
        state = exercise.status
        yield (
            f"| {SIGNS[state]} | {exercise.name[:4]} {exercise.title} | {WORDS[state]} "
            f"| {exercise.points:g} of {exercise.max_points:g} |"
        )
    yield from _by_hand(by_hand)
    for exercise in result.exercises:
        if exercise.status not in ("passed", "not_started") or any(check.stands_on for check in exercise.checks):
            yield from _exercise(exercise, name_hidden)
    if origin and origin.ignored:
        yield ""
        yield "## Handed in, and not taken"
        yield ""
        yield from (f"- {code_span(ignored)}" for ignored in origin.ignored)


def _by_hand(by_hand: Sequence[ByHand]) -> Iterator[str]:
    if by_hand:
        yield ""
        yield "## Points given by hand"
        yield ""
        yield from (f"- {given.exercise[:4]}, {given.points:+g}: {code_span(given.reason)}" for given in by_hand)


def _exercise(exercise: ExerciseResult, name_hidden: bool) -> Iterator[str]:
    yield ""
    yield f"## {exercise.name[:4]} {exercise.title}: {exercise.points:g} of {exercise.max_points:g} points"
    yield ""
    if exercise.problem is not None:
        yield f"The file as a whole: {code_span(exercise.problem)}"
        shown = next((check for check in exercise.checks if check.finding.traceback), None)
        if shown is not None and shown.finding.traceback:
            yield ""
            yield code_block(shown.finding.traceback)
            yield from _cause(shown)
        return
    yield from _on_references(exercise)
    wrong = explanation.wrong(exercise)
    first = next((check for check in wrong if not check.check.hidden), None)
    waiting = [check for check in exercise.checks if check.finding.status == "not_started"]
    for check in [*([first] if first else []), *(check for check in wrong if check is not first), *waiting]:
        yield from _check(check, name_hidden)
        if check is first:
            yield from _explanation(check)
        elif check in wrong and not check.check.hidden and check.finding.difference:
            yield f"  {code_span(check.finding.difference)}"


def _on_references(exercise: ExerciseResult) -> Iterator[str]:
    """How many checks pass only with an earlier exercise's reference: what is wrong there is paid for there."""
    passed = [check for check in exercise.checks if check.points and check.stands_on]
    if passed:
        names = sorted({name for check in passed for name in check.stands_on})
        checks = "1 check passes" if len(passed) == 1 else f"{len(passed)} checks pass"
        yield f"- {SIGNS['passed']} {checks} with the reference in place of {', '.join(names)}."


def _check(result: CheckResult, name_hidden: bool) -> Iterator[str]:
    status = result.finding.status
    rule = result.check.rule
    if result.check.hidden:
        rule = f"A hidden check: {rule}" if name_hidden else "A hidden check."
    points = f"{result.points:g} of {result.check.points:g}"
    state = "" if status in ("passed", "failed") else f"{WORDS[status]}, "
    yield f"- {SIGNS[status]} {rule} ({state}{points})"
    if result.stands_on:
        yield f"  It was tried with the reference in place of {', '.join(result.stands_on)}."


def _explanation(result: CheckResult) -> Iterator[str]:
    """The first failing check in full: the call, what was expected and what came, the likely cause."""
    found = explanation.explanation(result)
    parts = []
    if found.example:
        parts.append((f"{found.calls}:", code_block(found.example, "python")))
    if found.expected is not None and found.got is not None:
        parts += [("Expected:", code_block(found.expected)), ("Got:", code_block(found.got))]
    if found.code:
        parts.append(("Where:", code_block(found.code)))
    if found.difference:
        yield ""
        yield f"  {code_span(found.difference)}"
    yield from _cause(result, indent="  ")
    for head, block in parts:
        yield ""
        yield f"  {head}"
        yield ""
        yield "\n".join(f"  {line}" for line in block.split("\n"))
    yield ""


def _cause(result: CheckResult, indent: str = "") -> Iterator[str]:
    if result.cause:
        yield ""
        yield f"{indent}Likely cause (`{result.cause.name}`): {result.cause.told}"


def _of_them(points: float) -> str:
    return f", {points:+g} of them given by hand" if points else ""
