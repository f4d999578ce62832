"""The pages of a class in a real browser: no script, no network, light and dark, narrow, by keyboard."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from browsers import WORST_CONTRAST, needs_browser, opened
from playwright.sync_api import Browser

from grader.base.plain_text import plain
from grader.base.results import ByHand, Cause, Check, CheckResult, ExerciseResult, Finding, Origin, RunResult
from grader.course import class_pages, gradebook
from grader.course.entries import Entry
from grader.course.notes import notes_of
from grader.course.overview import Overview, overview
from grader.course.similarity import Alike, Pair, Side, Similar
from grader.kata import curriculum
from grader.reports import feedback_file
from grader.reports.feedback_file import Circumstances

HOSTILE = "</style><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\x1b[2J"


def a_result(student: str, statuses: list[str], *, mistake: str | None = None, problem: str | None = None) -> RunResult:
    """A result of two exercises, whose checks met these statuses in turn."""
    exercises = []
    for exercise in curriculum.exercises()[:2]:
        checks = tuple(
            CheckResult(
                Check(f"test_{number}", f"Rule {number} of `{exercise.short}` <i>holds</i>.", 2.0, (), number == 3),
                Finding(status),
                stands_on=("ex01_receptive_field",) if number == 2 and exercise.number == 2 else (),
                cause=Cause(mistake, "what goes wrong") if mistake and status == "failed" else None,
            )
            for number, status in enumerate(statuses)
        )
        exercises.append(ExerciseResult(exercise.name, exercise.title, exercise.core, exercise.bonus, checks))
    origin = Origin(student, "0" * 64, "0" * 64, "0", (), problem)
    return RunResult(student, 0, 1.0, tuple(exercises), origin)


def a_class() -> Overview:
    good, half, bad = ["passed"] * 4, ["passed", "failed", "passed", "timeout"], ["not_started"] * 4
    results = [
        *(a_result(f"student {number}", good) for number in range(60)),
        *(a_result(f"student {number}", half, mistake="channels-interleaved") for number in range(60, 90)),
        a_result(HOSTILE, ["error", "blocked", "failed", "timeout"], mistake=HOSTILE),
        a_result("x" * 300, bad, problem=HOSTILE),
    ]
    return overview(results, (), [("nobody", HOSTILE)])


def a_pair() -> Pair:
    lines = ("def f(x):", f"    return '{HOSTILE}'", "    " + "y" * 400, "# <!--")
    sides = [Side(student, lines, frozenset({1, 2})) for student in ("student 1", HOSTILE)]
    alike = (Alike("ex05_flatten_consecutive", 0.8, *sides), Alike("ex07_fusion", 0.5, *sides))
    return Pair("student 1", HOSTILE, 0.7, 20, alike)


def test_checks_that_a_time_limit_stopped_are_noted_per_exercise() -> None:
    late = a_result("ada", ["passed", "timeout", "timeout", "failed"])
    assert notes_of(late) == tuple(f"ex0{number}: 2 checks stopped by a time limit" for number in (1, 2))
    one = a_result("ada", ["passed", "timeout"])
    assert notes_of(one) == tuple(f"ex0{number}: 1 check stopped by a time limit" for number in (1, 2))


def test_failures_without_a_known_cause_are_put_together_by_the_checks_that_fail() -> None:
    ways = {
        "ada": ["failed", "passed", "passed"],
        "bob": ["failed", "passed", "passed"],
        "cyd": ["passed", "error", "failed"],
        "dan": ["passed", "passed", "timeout"],
    }
    results = [a_result(student, statuses) for student, statuses in ways.items()]
    results.append(a_result("eve", ["failed", "passed", "passed"], mistake="channels-interleaved"))
    found = overview(results, (), []).clusters
    assert [(each.exercise[:4], each.who) for each in found] == [
        *(("ex01", ("ada", "bob")), ("ex02", ("ada", "bob"))),
        *(("ex01", ("cyd",)), ("ex02", ("cyd",))),
    ]
    assert [len(each.rules) for each in found] == [1, 1, 2, 2]
    page = class_pages.summary(overview(results, (), []), "Lab")
    table = page.partition('id="unexplained"')[2].partition("<h2")[0]
    assert "ada, bob" in table and "and 1 more" in table and "eve" not in table
    assert 'id="unexplained"' not in class_pages.summary(overview(results[4:], (), []), "Lab")


PAGES = {
    "summary": lambda: class_pages.summary(a_class(), HOSTILE),
    "summary of nobody": lambda: class_pages.summary(overview([], (), []), "none"),
    "similarity": lambda: class_pages.similarity(Similar((a_pair(), replace(a_pair(), left="student 2"))), HOSTILE),
    "no pair": lambda: class_pages.similarity(Similar(), "none"),
}


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_quiet_fits_and_can_be_read(
    browser: Browser, tmp_path: Path, name: str, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 800}
    page, complaints = opened(browser, tmp_path, PAGES[name](), viewport=size, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert complaints == []
    assert page.title() != "owned"
    assert page.locator("script, img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(WORST_CONTRAST) >= 4.5
    page.close()


@needs_browser
def test_the_summary_is_used_by_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    page, _ = opened(browser, tmp_path, PAGES["summary"](), java_script_enabled=True)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"
    rule = page.locator("td").first
    assert not rule.is_visible()
    page.keyboard.press("Enter")
    assert rule.is_visible()
    page.keyboard.press("Space")
    assert not rule.is_visible()
    page.close()


@needs_browser
def test_without_scripts_everything_is_there(browser: Browser, tmp_path: Path) -> None:
    page, _ = opened(browser, tmp_path, PAGES["summary"](), java_script_enabled=False)
    page.locator("summary").first.click()
    assert page.locator("details").first.get_by_text("Rule 0 of").is_visible()
    assert page.get_by_text("channels-interleaved").first.is_visible()
    page.close()


@needs_browser
def test_the_histogram_shows_the_counts(browser: Browser, tmp_path: Path) -> None:
    page, _ = opened(browser, tmp_path, PAGES["summary"]())
    labels = [bar.get_attribute("aria-label") or "" for bar in page.locator(".histogram .bar").all()]
    assert len(labels) == 10
    assert labels[-1].endswith(": 60 students")
    assert sum(int(re.findall(r"(\d+) student", label)[0]) for label in labels) == 92
    heights = [bar.bounding_box()["height"] for bar in page.locator(".histogram .bar").all()]
    assert heights[-1] == max(heights)
    page.close()


def test_the_numbers_of_a_class_are_those_of_its_results() -> None:
    figures = a_class()
    assert figures.max_points == 16
    assert figures.totals == (*[16.0] * 60, *[8.0] * 30, 0.0, 0.0)
    assert figures.full == 60
    assert figures.median == 16
    first = figures.exercises[0]
    assert [check.share for check in first.checks] == [90 / 92, 60 / 92, 90 / 92, 60 / 92]
    assert first.mean_points == pytest.approx((60 * 8 + 30 * 4) / 92)
    assert figures.mistakes[0].students == 30
    assert {slow.student for slow in figures.slow} == {*(f"student {n}" for n in range(60, 90)), HOSTILE}
    assert len(figures.references["ex01_receptive_field"]) == 90
    assert figures.unread == (("x" * 300, HOSTILE),)
    assert figures.hardest[0][1].name in ("test_1", "test_3")


def test_the_pages_hold_no_control_character_and_stand_alone() -> None:
    for name, page in PAGES.items():
        text = page()
        assert plain(text) == text, name
        assert not re.search(r"(?:src|href)=\"(?!#|data:)", text), name
        assert "a reason to look, never a proof" in text.lower() or name.startswith("summary")


def with_students() -> str:
    """The summary with its table of students: names, points and notes as hostile as they come."""
    results = [
        a_result("ada", ["passed"] * 4),
        a_result(HOSTILE, ["failed"] * 4),
        a_result("cyd", ["passed", "failed"]),
    ]
    entries = [Entry(result.origin.student, (), f"slot {n}") for n, result in enumerate(results) if result.origin]
    lines = [gradebook.graded(entry, result, ()) for entry, result in zip(entries, results, strict=True)]
    lines[1] = replace(lines[1], notes=(HOSTILE, "a note"))
    return class_pages.summary(overview(results, (), []), HOSTILE, lines=lines, headline=HOSTILE, notes=[HOSTILE])


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", ["summary", "feedback"])
def test_the_table_of_students_and_the_feedback_are_quiet_fit_and_can_be_read(
    browser: Browser, tmp_path: Path, name: str, width: int, scheme: str
) -> None:
    told = Circumstances(HOSTILE, [ByHand("ada", "total", -1.0, HOSTILE)], {HOSTILE: HOSTILE}, name_hidden=True)
    result = a_result(HOSTILE, ["error", "failed", "failed", "timeout"], mistake=HOSTILE)
    text = with_students() if name == "summary" else feedback_file.page(result, told)
    page, complaints = opened(browser, tmp_path, text, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert complaints == []
    assert page.title() != "owned"
    assert page.locator("img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(WORST_CONTRAST) >= 4.5
    page.close()


@needs_browser
def test_the_table_of_students_is_sorted_by_a_click_and_read_without_scripts(browser: Browser, tmp_path: Path) -> None:
    page, complaints = opened(browser, tmp_path, with_students(), java_script_enabled=True)
    points = "[...document.querySelectorAll('.sortable tbody tr')].map(row => row.cells[1].textContent)"
    page.locator(".sortable th button").nth(1).click()
    assert page.evaluate(points) == ["0", "4", "16"]
    page.locator(".sortable th button").nth(1).click()
    assert page.evaluate(points) == ["16", "4", "0"]
    assert complaints == []
    page.close()
    page, _ = opened(browser, tmp_path, with_students(), java_script_enabled=False)
    assert page.locator(".sortable tbody tr").count() == 3
    assert page.locator(".sortable a").first.get_attribute("href") == "slot%200/feedback.html"
    page.close()


def test_checks_that_fail_for_one_cause_are_told_under_it_once() -> None:
    result = a_result("ada", ["passed", "failed", "failed", "failed"], mistake="channels-interleaved")
    for text in (feedback_file.feedback(result), feedback_file.page(result)):
        assert text.count("what goes wrong") == 2, "once for each of the two exercises, not under each check"
        assert text.count("with the reference solution for ex01_receptive_field") == 1
