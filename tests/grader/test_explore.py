"""`grade explore`: the page before any code is written and with the learner's own tree, in a real browser."""

import re
from pathlib import Path

import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from browsers import WORST_CONTRAST, needs_browser, opened
from conftest import committed, grade, spoil
from playwright.sync_api import Browser, Page

from grader.base.plain_text import plain
from grader.learner import reference_tree
from grader.learner.exploring import page as explore_page
from grader.learner.exploring.own_tree import PageTree, own_tree
from solutions.ex01_receptive_field import flat_weights, tree_weights

SHIPPED = reference_tree.load()
TEXT = explore_page.page(explore_page.that_ships(SHIPPED), "You have no trained tree yet.")


def lit(page: Page) -> str:
    """The characters that are lit."""
    return "".join(page.locator(".node.lit[data-level='0']").all_text_contents())


@needs_browser
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (320, "dark"), (1280, "light"), (1280, "dark")])
def test_the_page_is_quiet_fits_and_can_be_read_in_all_its_views(
    browser: Browser, tmp_path: Path, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 800}
    page, complaints = opened(browser, tmp_path, TEXT, viewport=size, color_scheme=scheme, bypass_csp=True)
    for view in ("window", "positions", "stream"):
        page.check(f"input[value={view}]")
        page.locator(".node").last.focus()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(WORST_CONTRAST) >= 4.5
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    assert complaints == []
    page.close()


@needs_browser
def test_a_node_lights_up_its_characters_by_pointer_and_by_focus(browser: Browser, tmp_path: Path) -> None:
    page, complaints = opened(browser, tmp_path, TEXT)
    page.locator(".node[data-level='2']").last.hover()
    assert lit(page) == "anne"
    assert page.locator("#says").inner_text() == "Level 2 sees “anne”: places 4 to 7."
    page.mouse.move(0, 0)
    assert lit(page) == ""
    page.locator(".node[data-level='3']").focus()
    assert lit(page) == "marianne"
    page.check("input[value=positions]")
    page.locator(".node[data-level='2'][data-at='6']").hover()
    assert lit(page) == "iann"
    assert page.locator("line.lit").count() == 6
    page.locator(".node[data-level='2'][data-at='1']").hover()
    assert (lit(page), page.locator("#says").inner_text()) == (
        "ma",
        "Level 2 sees “..ma”: places 0 to 1 and 2 of padding.",
    )
    page.check("input[value=stream]")
    for _ in range(4):
        page.get_by_role("button", name="Next character").click()
    assert page.locator("#step-shown").inner_text() == "Step 4: “a” comes in."
    page.locator(".node[data-level='3'][data-at='0']").hover()
    assert lit(page) == "m"
    assert page.locator(".node.now:not([data-level='0'])").count() == 6
    assert complaints == []
    page.close()


@needs_browser
def test_the_nodes_are_walked_by_keyboard_from_one_tab_stop(browser: Browser, tmp_path: Path) -> None:
    page, _ = opened(browser, tmp_path, TEXT)
    page.locator("input[name=view]:checked").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.level") == "3"
    for key, seen in (("ArrowDown", "mari"), ("ArrowRight", "anne"), ("ArrowDown", "an"), ("ArrowUp", "anne")):
        page.keyboard.press(key)
        assert lit(page) == seen
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#stage')") is None
    page.close()


@needs_browser
@pytest.mark.parametrize(
    ("levels", "group", "embedding", "hidden"), [(3, 2, 24, 128), (6, 2, 24, 128), (4, 3, 10, 200)]
)
def test_the_weights_are_those_of_exercise_1(
    browser: Browser, tmp_path: Path, levels: int, group: int, embedding: int, hidden: int
) -> None:
    page, _ = opened(browser, tmp_path, TEXT)
    for name, value in {"levels": levels, "group": group, "embedding": embedding, "hidden": hidden}.items():
        page.locator(f"#{name}").fill(str(value))
    context = group**levels
    flat, tree = flat_weights(context, embedding, hidden), tree_weights(context, embedding, hidden, group)
    said = page.locator("#crossing").inner_text()
    assert said.startswith(f"Context {context:,}: flat {flat:,} weights, tree {tree:,}.")
    if group == 2:
        assert said.endswith("The tree has fewer from context 64 on.")
    row = page.locator("#counts tr.now").inner_text().split()
    assert row[:4] == [str(levels), f"{context:,}", f"{flat:,}", f"{tree:,}"]
    assert row[4] == ("tree" if tree < flat else "flat")
    page.close()


@needs_browser
@pytest.mark.parametrize("typed", ["mari", "Zoë", ""])
def test_a_typed_text_is_drawn_and_the_tree_says_what_it_expects(browser: Browser, tmp_path: Path, typed: str) -> None:
    page, complaints = opened(browser, tmp_path, TEXT)
    page.get_by_label("A text").fill(typed)
    drawn = "".join(page.locator(".node[data-level='0']").all_inner_texts())
    assert drawn == typed.rjust(8, ".")
    known = "".join(character for character in typed.lower() if character in SHIPPED.vocabulary)
    values, tokens = SHIPPED.probabilities(known).topk(1)
    name = SHIPPED.vocabulary[int(tokens)].replace(".", "end")
    said = page.locator("#expects").inner_text()
    assert f"expects: {name} {100 * values.item():.0f} %" in said
    assert ("never seen 1 character" in said) == (typed == "Zoë")
    page.get_by_label("Levels").fill("10")
    assert "Drawn up to level 5, which sees 32." in page.locator("#explains").inner_text()
    assert complaints == []
    page.close()


@needs_browser
def test_its_policy_lets_its_own_script_run_and_no_other(browser: Browser, tmp_path: Path) -> None:
    page, complaints = opened(browser, tmp_path, TEXT)
    assert page.locator("body.live").count() == 1
    assert complaints == []
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: 'var owned'}))")
    assert "Content Security Policy" in complaints[0]
    page.close()


def test_the_page_is_small_and_stands_alone() -> None:
    assert len(TEXT.encode()) < 500_000
    assert plain(TEXT) == TEXT
    assert not re.search(r"(?:src|href)=\"(?!#|data:|file:)", TEXT)


def test_before_any_code_is_written_it_uses_the_tree_that_ships_in_a_handout_too(copied: Path, tmp_path: Path) -> None:
    done = grade("explore", checkout_copy=copied)
    assert done.returncode == 0, done.stderr
    assert "page written to .grade/explore.html, with the tree that comes with the kata" in done.stdout
    assert "You have no trained tree yet: grade train makes one" in done.stdout
    handout = tmp_path / "handout"
    grade("handout", handout, "--exercises", "5", checkout_copy=committed(copied))
    assert grade("explore", checkout_copy=handout).returncode == 0
    assert (handout / ".grade" / "explore.html").read_text(encoding="utf-8").count("<script") == 2


@pytest.mark.prove
def test_a_trained_tree_takes_its_place_if_the_page_computes_what_the_learners_code_does(
    solved: Path, tmp_path: Path
) -> None:
    model = tmp_path / "tree.pt"
    trained = grade("train", "--answers", solved, "--steps", 60, "--out", model)
    assert trained.returncode == 0, trained.stderr
    found = own_tree(solved, model)
    assert isinstance(found, PageTree)
    assert (found.vocabulary, found.lengths) == (SHIPPED.vocabulary, (8, 4, 2, 1))
    assert torch.load(model, weights_only=True)["embedding.weight"].shape[0] == len(found.vocabulary)
    out = tmp_path / "page.html"
    done = grade("explore", "--answers", solved, "--model", model, "--out", out)
    assert "with your own tree" in done.stdout
    assert "The predictions come from your own trained tree" in out.read_text(encoding="utf-8")
    spoil(solved, 5, "return joined.squeeze(1)", "return joined.flip(-1).squeeze(1)")
    assert "gives different results with its weights" in str(own_tree(solved, model))
    spoil(solved, 5, "return joined.flip(-1).squeeze(1)", "return no_such_name")
    assert "NameError" in str(own_tree(solved, model))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--model", "no/tree.pt"], "no/tree.pt does not exist: grade train --out no/tree.pt"),
        (["--out", "no/such/page.html"], "there is no folder"),
        (["--answers", "nowhere"], "the folder nowhere does not exist"),
    ],
)
@pytest.mark.parametrize("command", ["explore", "report"])
def test_wrong_usage_gets_one_line(command: str, arguments: list[str], says: str) -> None:
    done = grade(command, *arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert says in done.stderr
