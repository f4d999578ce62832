"""What a report explains first, and what it says of an exercise of which only error handling is left."""

from dataclasses import replace

from grader.base.results import Cause, Check, CheckResult, ExerciseResult, Finding
from grader.reports import explanation

CAUSE = Cause("newest-first", "The order is turned round.")
FAILED = Finding("failed", example="layer(x)", difference="another value")


def result(*checks: CheckResult) -> ExerciseResult:
    return ExerciseResult("ex05_flatten_consecutive", "Lay neighbours side by side", True, False, checks)


def check(
    name: str, finding: Finding = FAILED, *, errors: bool = False, line: str = "order", cause: Cause | None = None
) -> CheckResult:
    return CheckResult(Check(name, f"{name}.", 1.0, (line,), errors=errors), finding, cause=cause)


def order(*checks: CheckResult) -> list[str]:
    return [each.check.name for each in explanation.wrong(result(*checks))]


def test_values_come_before_effects_and_error_handling_last() -> None:
    errors, effects, values = (
        check("errors", errors=True, cause=CAUSE),
        check("effects", line="effects"),
        check("values"),
    )
    assert order(errors, effects, values) == ["values", "effects", "errors"]


def test_among_equals_a_known_cause_comes_first_then_the_smallest_example() -> None:
    long = replace(FAILED, example="layer(x)\nlayer(y)")
    assert order(check("long", long), check("short"), check("known", long, cause=CAUSE)) == ["known", "short", "long"]


def test_an_error_raised_on_purpose_is_shown_only_if_nothing_else_fails() -> None:
    on_purpose = Finding("error", example="f(1)", observation={"error": "ValueError", "words": "its own"})
    long = replace(FAILED, example="layer(a long example)")
    assert order(check("on purpose", on_purpose), check("wrong", long)) == ["wrong", "on purpose"]


def test_a_check_without_an_example_is_not_explained_first() -> None:
    untried = Finding("timeout", difference="not tried")
    assert order(check("untried", untried), check("late", replace(FAILED, status="timeout"))) == ["late", "untried"]


def test_an_exercise_that_only_lacks_error_handling_works() -> None:
    passed = Finding("passed")
    left = [check(str(number), errors=True) for number in range(3)]
    assert explanation.state(result(check("values", passed), *left)) == "works; 3 rules of error handling left"
    assert explanation.state(result(check("values"), *left)) == "failed"
    assert explanation.state(result(check("values", passed))) == "passed"
