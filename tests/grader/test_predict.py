"""`grade predict`: five calls per exercise, their results by the reference, and what a wrong prediction would be."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import at_terminal, committed, grade
from terminals import ended

from grader.kata import curriculum, mistakes
from grader.kata.curriculum import Exercise
from grader.learner.predictions.predictions import Asking, Result, read, same

INTERLEAVED = "0 2 1 3"


@pytest.mark.sampled("ex01", "ex05")
@pytest.mark.parametrize("exercise", curriculum.lessons(), ids=lambda exercise: exercise.short)
def test_each_exercise_has_five_calls_that_can_be_typed_and_whose_known_mistakes_give_something_else(
    exercise: Exercise,
) -> None:
    with Asking(exercise) as asking:
        asked = asking.predictables()
        assert asking.gives(0, ("nothing gives this",), asked) is None  # by now all mistakes have been run
        wrong = asking.wrong
    assert len(asked) == len({call.code for call in asked}) == 5
    for number, call in enumerate(asked):
        assert call.result, "there is something to type"
        assert not any(str(token).endswith(("nameerror", "syntaxerror")) for token in call.result)
        assert call.is_right(read(call.text.partition(":")[0])), call.text
        others = {result for each in wrong if (result := each.results[number]) and not same(result, call.result)}
        assert others or exercise.number == 14, f"no known mistake changes {call.code}"
    assert all(None not in each.results for each in wrong)
    assert len(wrong) > 0.9 * len(mistakes.of(exercise))


@pytest.mark.parametrize(
    ("typed", "result"),
    [
        ("(3, 4, 10)", (3, 4, 10)),
        ("(3,4,10)", (3, 4, 10)),
        ("torch.Size([3, 4, 10])", (3, 4, 10)),
        ("[[−1.41, .5], [0, 2]]", (-1.41, 0.5, 0, 2)),
        ("0.46", (0.4621,)),
        ("'aaa'", ("aaa",)),
        ("True", ("true",)),
        ("ValueError", ("valueerror",)),
        ("error", ("valueerror",)),
        ("None", ("none",)),
    ],
)
def test_a_prediction_is_read_as_people_write_it(typed: str, result: Result) -> None:
    assert same(read(typed), result)


@pytest.mark.parametrize(("typed", "result"), [("0.44", (0.4621,)), ("1 2", (1,)), ("error", ("none",)), ("1", ("a",))])
def test_another_result_is_not_taken_for_right(typed: str, result: Result) -> None:
    assert not same(read(typed), result)


def test_at_a_terminal_a_wrong_prediction_is_explained_by_the_mistake_that_gives_it(copied: Path) -> None:
    session = at_terminal("predict", "5", checkout_copy=copied, timeout=120)
    session.expect_exact("1 of 5")
    session.expect_exact("shape: ")
    session.sendline("")
    session.expect_exact("type the result, `show` to see it, or `quit`")
    session.sendline("3, 4, 10")
    session.expect_exact("✓ (3, 4, 10)")
    session.expect_exact("shape: ")
    session.sendline("show")
    session.expect_exact("(1, 6)")
    session.expect_exact("result: ")
    session.sendline(INTERLEAVED)
    session.expect_exact("✗ This mistake gives that result:")
    session.expect_exact("Each output position holds channel 0 of all its neighbours")
    session.expect_exact("Why it looks right: The shape is right, no value is lost")
    session.expect_exact("result: ")
    session.sendline("7 7 7")
    session.expect_exact("Wrong, and no known mistake explains it. The result has 4 parts; you typed 3.")
    session.sendline("[0, 1, 2, 3]")
    session.expect_exact("✓ [0, 1, 2, 3]")
    session.expect_exact("4 of 5")
    session.sendline("quit")
    session.expect_exact("Stopped. grade predict ex05 continues.")
    assert ended(session) == 0


def test_what_was_predicted_comes_back_like_a_card_and_not_before(copied: Path) -> None:
    right = "8\n4\n8 4 2 1\n30\nerror\n"
    first = grade("predict", "1", checkout_copy=copied, input=right)
    assert first.returncode == 0, first.stderr
    assert "5 of 5 right at the first try" in first.stdout
    assert "\x1b" not in first.stdout
    later = grade("predict", "1", checkout_copy=copied, input="")
    assert re.search(r"All 5 were asked; the next one is due on \d{4}-\d\d-\d\d\.", later.stdout)
    assert "No prediction is due" in grade("predict", checkout_copy=copied, input="").stdout
    path = copied / ".grade" / "predictions.json"
    day = (datetime.now(UTC) - timedelta(days=30)).strftime("%Y-%m-%dT")
    path.write_text(re.sub(r'("due": ")[\d-]+T', rf"\g<1>{day}", path.read_text(encoding="utf-8"), count=1))
    due = grade("predict", checkout_copy=copied, input="7\nshow\n")
    assert "1 of 1" in due.stdout
    assert "0 of 1 right at the first try" in due.stdout
    assert "1 of 5" in grade("predict", "1", "--again", checkout_copy=copied, input="quit\n").stdout


@pytest.mark.prove
def test_it_works_in_a_handout_that_holds_no_open_solution(copied: Path, tmp_path: Path) -> None:
    handout = tmp_path / "handout"
    assert grade("handout", handout, "--exercises", "5,14", checkout_copy=committed(copied)).returncode == 0
    done = grade("predict", "5", checkout_copy=handout, input=f"3 4 10\n1 6\n{INTERLEAVED}\n")
    assert done.returncode == 0, done.stderr
    assert "This mistake gives that result:" in done.stdout
    judge = grade("predict", "14", checkout_copy=handout, input="None\nAssertionError\n")
    assert judge.stdout.count("✓") == 2, judge.stdout
    assert grade("predict", "1", checkout_copy=handout).returncode == 2


def test_an_unknown_exercise_is_told_in_one_line() -> None:
    done = grade("predict", "99")
    assert done.returncode == 2
    assert done.stderr == "grade: there is no exercise '99'; they go from 1 to 14\n"
