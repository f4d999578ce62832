"""The feedback for a student of a class, as Markdown and as a page: points, what is wrong and why, what to do next.

Text only; text from an answer appears only as code.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.base.plain_text import code_block, code_span
from grader.base.results import TOTAL, ByHand, Cause, CheckResult, ExerciseResult, RunResult
from grader.reports import explanation, failure_groups
from grader.reports.explanation import SIGNS
from grader.reports.failure_groups import Group, explained
from grader.reports.html import template

WORDS = {
    "passed": "passed",
    "failed": "failed",
    "error": "error",
    "timeout": "stopped by a time limit",
    "blocked": "could not run, earns no points",
    "not_started": "not started",
}


@dataclass(frozen=True)
class Circumstances:
    """What feedback shows in addition to the result.

    Attributes:
        headline: the assignment's title and date; empty: not told.
        by_hand: points by hand.
        comments: an instructor's words to all who made a mistake, by its name.
        name_hidden: tell the rule of a hidden check; its inputs are never told.
    """

    headline: str = ""
    by_hand: Sequence[ByHand] = ()
    comments: Mapping[str, str] = field(default_factory=dict)
    name_hidden: bool = False


@dataclass(frozen=True)
class Sums:
    """A student's points, main and bonus, including those given by hand, which are also listed separately."""

    points: float
    max_points: float
    bonus: float
    max_bonus: float
    by_hand: float
    bonus_by_hand: float


def sums(result: RunResult, by_hand: Sequence[ByHand]) -> Sums:
    """Compute the points."""
    bonus_names = {exercise.name for exercise in result.exercises if exercise.bonus}
    bonus = sum(given.points for given in by_hand if given.exercise in bonus_names)
    main = sum(given.points for given in by_hand) - bonus
    return Sums(max(result.points + main, 0.0), result.max_points, result.bonus + bonus, result.max_bonus, main, bonus)


def feedback(result: RunResult, told: Circumstances | None = None) -> str:
    """Write the feedback on one submission as Markdown."""
    return "\n".join(_lines(result, told or Circumstances())).rstrip("\n") + "\n"


def page(result: RunResult, told: Circumstances | None = None) -> str:
    """Write the feedback on one submission as a page without network or scripts."""
    told = told or Circumstances()
    return template("feedback.html").render(
        run=result,
        student=_student(result),
        told=told,
        sums=sums(result, told.by_hand),
        exercises=[(exercise, explained(exercise)) for exercise in result.exercises],
        steps=failure_groups.next_steps(result.exercises),
        signs=SIGNS,
        words=WORDS,
        total=TOTAL,
    )


def _student(result: RunResult) -> str:
    return result.origin.student if result.origin else result.answers


def _lines(result: RunResult, told: Circumstances) -> Iterator[str]:
    origin = result.origin
    yield f"# Feedback for {code_span(_student(result))}"
    yield ""
    if told.headline:
        yield code_span(told.headline)
        yield ""
    added = sums(result, told.by_hand)
    yield f"**{added.points:g} of {added.max_points:g} points**{_of_them(added.by_hand)}."
    if added.max_bonus:
        yield f"Bonus: {added.bonus:g} of {added.max_bonus:g}{_of_them(added.bonus_by_hand)}."
    if origin and origin.problem:
        yield ""
        yield f"What was handed in could not be read: {code_span(origin.problem)}"
    yield ""
    yield "| | exercise | result | points |"
    yield "| --- | --- | --- | ---: |"
    for exercise in result.exercises:
        state = exercise.status
        yield (
            f"| {SIGNS[state]} | {exercise.name[:4]} {exercise.title} | {WORDS[state]} "
            f"| {exercise.points:g} of {exercise.max_points:g} |"
        )
    yield from _next_steps(result.exercises)
    yield from _by_hand(told.by_hand)
    for exercise in result.exercises:
        if exercise.status not in ("passed", "not_started") or any(check.stands_on for check in exercise.checks):
            yield from _exercise(exercise, told)
    if origin and (origin.notes or origin.ignored):
        yield ""
        yield "## Which of your files count"
        yield ""
        yield from (f"- {code_span(note)}" for note in origin.notes)
        yield from (f"- Ignored: {code_span(ignored)}" for ignored in origin.ignored)


def _next_steps(exercises: Sequence[ExerciseResult]) -> Iterator[str]:
    steps = failure_groups.next_steps(exercises)
    if steps:
        yield ""
        yield "## What to do next"
        yield ""
        yield from (f"{n}. {exercise.name[:4]}: {step}" for n, (exercise, step) in enumerate(steps, start=1))


def _by_hand(by_hand: Sequence[ByHand]) -> Iterator[str]:
    if by_hand:
        yield ""
        yield "## Points given by hand"
        yield ""
        for given in by_hand:
            what = "total" if given.exercise == TOTAL else given.exercise[:4]
            yield f"- {what}, {given.points:+g}: {code_span(given.reason)}"


def _exercise(exercise: ExerciseResult, told: Circumstances) -> Iterator[str]:
    yield ""
    yield f"## {exercise.name[:4]} {exercise.title}: {exercise.points:g} of {exercise.max_points:g} points"
    found = explained(exercise)
    if exercise.problem is not None:
        yield ""
        yield f"The file as a whole: {code_span(exercise.problem)}"
        shown = next((check for check in exercise.checks if check.finding.traceback), None)
        if shown is not None and shown.finding.traceback:
            yield ""
            yield code_block(shown.finding.traceback)
            yield from _cause(shown.cause, told)
        return
    if found.references:
        checks = "1 check was" if found.with_references == 1 else f"{found.with_references} checks were"
        names = " and ".join(found.references)
        yield ""
        yield f"{checks} graded with the reference solution for {names}, so that a mistake costs points only once."
    for number, group in enumerate(found.groups):
        yield ""
        yield from _group(group, told, in_full=number == 0 or group.cause is not None)
    if found.hidden or found.not_started:
        yield ""
    for check in (*found.not_started, *found.hidden):
        yield _rule(check, told)


def _group(group: Group, told: Circumstances, *, in_full: bool) -> Iterator[str]:
    """Write the checks that fail together, with their cause and one example."""
    yield from (_rule(check, told) for check in group.checks)
    yield from _cause(group.cause, told)
    found = explanation.explanation(group.first)
    if found.difference and not (group.cause and found.example):
        yield ""
        yield f"  {code_span(found.difference)}"
    if not in_full:
        return
    parts = []
    if found.example:
        parts.append((f"{found.calls}:", code_block(found.example, "python")))
    if found.expected is not None and found.got is not None:
        parts += [("Expected:", code_block(found.expected)), ("Got:", code_block(found.got))]
    if found.code:
        parts.append(("Where:", code_block(found.code)))
    for head, block in parts:
        yield ""
        yield f"  {head}"
        yield ""
        yield "\n".join(f"  {line}" for line in block.split("\n"))


def _rule(result: CheckResult, told: Circumstances) -> str:
    status = result.finding.status
    rule = result.check.rule
    if result.check.hidden:
        rule = f"A hidden check: {rule}" if told.name_hidden else "A hidden check."
    points = f"{result.points:g} of {result.check.points:g}"
    state = "" if status in ("passed", "failed") else f"{WORDS[status]}, "
    return f"- {SIGNS[status]} {rule} ({state}{points})"


def _cause(cause: Cause | None, told: Circumstances) -> Iterator[str]:
    if cause:
        yield ""
        yield f"  Likely cause (`{cause.name}`): {cause.says}"
        for head, text in (("Why it looks right", cause.looks_right), ("To try", cause.advice)):
            if text:
                yield ""
                yield f"  {head}: {text}"
        if comment := told.comments.get(cause.name):
            yield ""
            yield f"  From your instructor: {code_span(comment)}"


def _of_them(points: float) -> str:
    return f", {points:+g} of them given by hand" if points else ""
