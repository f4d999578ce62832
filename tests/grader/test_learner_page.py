"""`grade report`: the page of a learner, from real answers and a really trained tree, in a real browser."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from browsers import WORST_CONTRAST, needs_browser, opened
from conftest import by_number, grade, spoil
from playwright.sync_api import Browser, Page
from test_class_pages import HOSTILE, a_result

from grader.base import paths
from grader.base.plain_text import plain
from grader.kata import corpus, curriculum
from grader.learner.portrait import exported_tree, influence
from grader.learner.portrait import page as learner_page
from grader.learner.portrait.figures import Order, Portrait, paint
from grader.learner.portrait.level_maps import nearest_others, two_dimensions
from grader.learner.training import training_record
from solutions.ex03_windows import build_vocabulary
from solutions.ex04_flat_mlp import FlatMLP
from solutions.ex08_tree import FusionTree

RIGHT_ANSWERS = paths.checkout().root / "tests" / "right"
MOST_BYTES = 1_500_000


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree trained with the solutions: not for long, but for real."""
    path = tmp_path_factory.mktemp("model") / "tree.pt"
    done = grade("train", "--answers", paths.checkout().solutions, "--steps", 1500, "--out", path)
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture(scope="module")
def portrait(model: Path) -> Portrait:
    *shares, painted = paint(Order(str(paths.checkout().solutions), (), str(model), tuple(corpus.load_names())))
    assert isinstance(painted, Portrait)
    assert shares == sorted(shares), "a bar only moves on"
    return painted


@pytest.fixture(scope="module")
def pages(model: Path, portrait: Portrait) -> dict[str, Callable[[], str]]:
    record = training_record.read(model)
    assert record is not None
    half = a_result("exercises", ["passed", "failed", "passed", "timeout"], mistake="channels-interleaved")
    hostile = a_result(HOSTILE, ["error", "blocked", "failed", "timeout"], mistake=HOSTILE)
    characters = (".", *'</script>"&', *portrait.vocabulary[11:])
    passed = {"ex01_receptive_field": "2026-01-02T03:04"}
    return {
        "trained": lambda: learner_page.page(half, {}, None, record, portrait),
        "not trained": lambda: learner_page.page(half, passed, None, None, "none"),
        "hostile": lambda: learner_page.page(
            hostile, {}, None, replace(record, data=HOSTILE), replace(portrait, vocabulary=characters, word="</sc")
        ),
        "hostile, not trained": lambda: learner_page.page(hostile, {}, None, None, HOSTILE),
    }


PAGES = ("trained", "not trained", "hostile", "hostile, not trained")


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_quiet_fits_and_can_be_read(
    browser: Browser, tmp_path: Path, pages: dict[str, Callable[[], str]], name: str, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 800}
    page, complaints = opened(browser, tmp_path, pages[name](), viewport=size, color_scheme=scheme, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    if "not" not in name:
        choose_level(page, 3)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(WORST_CONTRAST) >= 4.5
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert complaints == []
    assert page.title() != "owned"
    page.close()


@needs_browser
def test_its_policy_lets_its_own_script_run_and_no_other(
    browser: Browser, tmp_path: Path, pages: dict[str, Callable[[], str]]
) -> None:
    page, complaints = opened(browser, tmp_path, pages["trained"]())
    assert page.locator("body.live").count() == 1
    assert complaints == []
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: 'var owned'}))")
    assert "Content Security Policy" in complaints[0]
    page.close()


@needs_browser
@pytest.mark.parametrize("word", ["maria", "marianne", "x", "annamarianne"])
def test_the_page_expects_of_a_typed_name_what_the_model_does(
    browser: Browser, tmp_path: Path, pages: dict[str, Callable[[], str]], model: Path, word: str
) -> None:
    page, complaints = opened(browser, tmp_path, pages["trained"]())
    page.get_by_label("A name, or its beginning").fill(word)
    shown = page.locator("#longer tr").last
    assert shown.locator("th").inner_text() == word[-8:]
    guesses = re.findall(r"(\S+) (\d+) %", shown.locator("td").inner_text())
    expected = probabilities(a_tree(model), word)
    for character, percent in guesses:
        assert int(percent) / 100 == pytest.approx(expected["." if character == "end" else character], abs=0.006)
    assert [character for character, _ in guesses] == [
        "end" if character == "." else character for character in sorted(expected, key=expected.__getitem__)[:-6:-1]
    ]
    assert complaints == []
    page.close()


@needs_browser
def test_the_script_tells_what_the_page_told_without_it(
    browser: Browser, tmp_path: Path, pages: dict[str, Callable[[], str]], portrait: Portrait
) -> None:
    told = []
    for scripts in (False, True):
        page, _ = opened(browser, tmp_path, pages["trained"](), java_script_enabled=scripts)
        said = page.locator("#says").inner_text()
        told.append((said, page.locator("#longer").inner_text().split(), page.locator(".node code").all_inner_texts()))
        assert page.get_by_label("A name").is_visible() is scripts
        assert page.locator(".map:visible").count() == (1 if scripts else len(portrait.maps))
        moves = [float(text) for text in page.locator("#moves .node").all_inner_texts()]
        assert moves == pytest.approx(portrait.examples[0].tree.influence, abs=0.0101)
        page.close()
    assert told[0] == told[1]


@needs_browser
def test_unknown_characters_are_named_and_left_out(
    browser: Browser, tmp_path: Path, pages: dict[str, Callable[[], str]]
) -> None:
    page, _ = opened(browser, tmp_path, pages["trained"]())
    word = page.get_by_label("A name, or its beginning")
    word.fill("Ré1.")
    assert page.locator("#word-note").inner_text() == "The tree has never seen “é”, “1”, “.”: it is left out."
    assert word.get_attribute("aria-invalid") == "true"
    assert page.locator("#longer th").all_inner_texts() == ["r"]
    word.fill("")
    assert page.locator("#says").inner_text().startswith("At the beginning the tree expects:")
    assert page.locator("#longer tr").count() == 0
    page.close()


@needs_browser
def test_the_levels_are_walked_by_keyboard(
    browser: Browser, tmp_path: Path, pages: dict[str, Callable[[], str]]
) -> None:
    page, _ = opened(browser, tmp_path, pages["trained"]())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    page.get_by_label("A name, or its beginning").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "level"
    for key, level in (("ArrowRight", 2), ("End", 3), ("Home", 0)):
        page.keyboard.press(key)
        assert page.locator(".map:visible").get_attribute("data-level") == str(level)
        assert page.locator(".tree > .now").get_attribute("data-level") == str(level)
        assert page.get_by_label("Level", exact=True).get_attribute("aria-valuetext").startswith(f"level {level}")
    page.close()


@needs_browser
def test_the_tree_comes_first_and_a_node_lights_up_its_characters(
    browser: Browser, tmp_path: Path, pages: dict[str, Callable[[], str]]
) -> None:
    page, complaints = opened(browser, tmp_path, pages["trained"]())
    heads = page.locator("h2").evaluate_all("all => all.map(each => each.id)")
    assert heads[:2] == ["tree", "progress"]
    page.get_by_label("A name, or its beginning").fill("marianne")
    page.locator(".tree [data-level='2'] .node").last.hover()
    lit = page.locator(".tree [data-level='0'] .node.lit code").all_inner_texts()
    assert "".join(lit) == "anne"
    assert page.locator("#seen").inner_text() == "Level 2, node 1 sees “anne”: places 4 to 7."
    page.locator(".tree [data-level='3'] .node").focus()
    page.keyboard.press("ArrowDown")
    assert page.locator(".tree [data-level='0'] .node.lit").count() == 4
    assert page.locator("svg text", has_text="loss, nats per character").count() == 1
    assert page.locator("#progress ~ .card a[href^='file:']").count() > 0
    assert complaints == []
    page.close()


@needs_browser
def test_on_paper_stand_all_levels_and_no_form(
    browser: Browser, tmp_path: Path, pages: dict[str, Callable[[], str]], portrait: Portrait
) -> None:
    page, _ = opened(
        browser, tmp_path, pages["trained"](), viewport={"width": 794, "height": 1123}, color_scheme="dark"
    )
    page.emulate_media(media="print")
    assert page.locator(".map:visible").count() == len(portrait.maps)
    assert page.locator("form:visible").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("document.documentElement.scrollWidth") <= 794
    assert page.evaluate(WORST_CONTRAST) >= 4.5
    page.close()


@pytest.mark.prove
def test_the_pages_are_small_and_stand_alone(pages: dict[str, Callable[[], str]]) -> None:
    for name, page in pages.items():
        text = page()
        assert len(text.encode()) < MOST_BYTES
        assert plain(text) == text, name
        outside = re.findall(r"(?:src|href)=\"(?!#|data:)([^\"]*)", text)
        assert set(outside) <= {lesson.lesson.as_uri() for lesson in curriculum.lessons()}, name


@pytest.mark.prove
def test_the_command_grades_explains_and_says_where_the_page_is(solved: Path, model: Path, tmp_path: Path) -> None:
    spoil(solved, 10, "model(windows) / temperature", "model(windows) * temperature")
    out = tmp_path / "page.html"
    done = grade("report", "--answers", solved, "--model", model, "--out", out)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-2:] == [f"report written to {out}", out.as_uri()]
    text = out.read_text(encoding="utf-8")
    assert "What failed, and why" in text and 'id="ex10"' in text and "temperature-multiplied" in text
    assert "Explain why the receptive field doubles with each level" in text
    assert 'id="tree-data"' in text


@pytest.mark.prove
def test_without_a_flat_model_the_tree_is_looked_at_alone(solved: Path, model: Path) -> None:
    """`grade train` does not need exercise 4."""
    (solved / by_number(4).file).write_bytes(by_number(4).stub.read_bytes())
    *_, painted = paint(Order(str(solved), (), str(model), tuple(corpus.load_names())))
    assert isinstance(painted, Portrait)
    assert painted.flat is None and painted.exported is not None
    page = learner_page.page(a_result("exercises", ["passed"] * 4), {}, None, training_record.read(model), painted)
    assert "there is no flat model of exercise 4" in page
    assert '<th scope="row">flat</th>' not in page


@pytest.mark.prove
def test_models_that_cannot_be_asked_for_a_gradient_are_looked_at_without(solved: Path, model: Path) -> None:
    """An answer that looks rows up by one-hot vectors is right, and its table cannot have a row for each place."""
    shutil.copy(RIGHT_ANSWERS / by_number(4).name / "one_hot.py", solved / by_number(4).file)
    *_, painted = paint(Order(str(solved), (), str(model), tuple(corpus.load_names())))
    assert isinstance(painted, Portrait)
    assert painted.flat is not None and painted.flat.by_gradient is None
    assert painted.tree.by_gradient is not None
    assert "The gradient is not shown" in learner_page.page(a_result("x", ["passed"] * 4), {}, None, None, painted)


@pytest.mark.prove
def test_answers_of_another_order_are_looked_at_and_the_page_says_that_it_cannot_compute_them(
    solved: Path, model: Path
) -> None:
    """The weights in the contract's tree tell something else than in a tree that lays its neighbours out otherwise."""
    old = "joined = x.reshape(batch, time // self.group, self.group * channels)"
    new = "joined = x.view(batch, time // self.group, self.group, channels).transpose(2, 3).flatten(2)"
    spoil(solved, 5, old, new)
    *_, painted = paint(Order(str(solved), (), str(model), tuple(corpus.load_names())))
    assert isinstance(painted, Portrait)
    assert painted.exported is None and painted.exported_error > 0.1
    page = learner_page.page(a_result("exercises", ["passed"] * 4), {}, None, None, painted)
    assert "<script" not in page
    assert "You cannot type names here" in page


@pytest.mark.prove
def test_without_a_trained_tree_it_says_what_to_run(copied: Path, model: Path) -> None:
    done = grade("report", checkout_copy=copied)
    assert done.returncode == 1
    assert "There is no trained tree yet. Once exercises 3 to 10 are written: grade train" in done.stdout
    page = (copied / ".grade" / "report.html").read_text(encoding="utf-8")
    assert "There is no trained tree yet" in page
    assert "Continue with <b>ex01</b>" in page
    (copied / ".grade" / "tree.pt").write_bytes(model.read_bytes())
    record = model.with_name("tree.pt.json").read_text()
    (copied / ".grade" / "tree.pt.json").write_text(record.replace(training_record.digest(model.read_bytes()), "0"))
    assert "It is not known how .grade/tree.pt was trained" in grade("report", checkout_copy=copied).stdout


def test_a_curve_goes_on_where_a_run_was_stopped() -> None:
    """The losses before the stop are among those of the whole run."""
    from grader.learner.training.worker import History, take_up

    class Stopped:
        def load(self) -> dict[str, object]:
            return {"run": {}, "seconds": 2.0, "curve": [(10, 3.0)]}

    class Run:
        def restore(self, state: object) -> None: ...

    assert take_up(Run(), Stopped()) == History(2.0, [(10, 3.0)])


def test_the_exported_matrices_tell_what_the_tree_tells() -> None:
    torch.manual_seed(0)
    windows = torch.randint(5, (40, 8))
    for normalize in (True, False):
        tree = FusionTree(5, 8, 6, 10, normalize=normalize)
        with torch.no_grad():
            tree.output.weight *= 30
            for _ in range(20):
                tree(windows)  # the running statistics leave where they begin
            tree.eval()
            assert torch.allclose(
                exported_tree.logits(exported_tree.matrices(tree.state_dict()), windows), tree(windows), atol=0.02
            )


def test_influence_finds_the_one_place_that_counts() -> None:
    """A flat model that reads its third place alone, asked in both ways."""
    torch.manual_seed(0)
    model = FlatMLP(6, 4, 3, 8).eval()
    with torch.no_grad():
        model.hidden.weight[:, :6] = 0
        model.hidden.weight[:, 9:] = 0
    windows = torch.randint(6, (7, 4))
    moved = influence.by_replacing(model, windows, 6)
    assert moved.shape == (7, 4)
    assert (moved[:, 2] > 0.01).all() and moved[:, [0, 1, 3]].abs().max() < 1e-6
    gradient = influence.by_gradient(model, model.embedding.weight, windows)
    assert torch.allclose(gradient, torch.tensor([0.0, 0.0, 1.0, 0.0]).expand(7, 4), atol=1e-6)


def test_replacing_is_the_mean_over_all_other_characters() -> None:
    torch.manual_seed(1)
    model = FlatMLP(4, 2, 3, 8).eval()
    window = torch.tensor([[2, 3]])
    with torch.no_grad():
        before = model(window).softmax(-1)
        by_hand = [(model(torch.tensor([[2, other]])).softmax(-1) - before).abs().sum() / 2 for other in (1, 2)]
    assert influence.by_replacing(model, window, 4)[0, 1] == pytest.approx(torch.stack(by_hand).mean().item())


def test_two_dimensions_are_those_of_the_largest_differences() -> None:
    across = torch.tensor([[3.0, 0.0, 0.0], [-3.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, -1.0]])
    turned, _ = torch.linalg.qr(torch.randn(3, 3, generator=torch.Generator().manual_seed(0)))
    places, explained = two_dimensions(across @ turned + 5)
    assert explained == pytest.approx((0.9, 0.1))
    assert places[:2, 0].abs().tolist() == pytest.approx([3, 3])
    assert places[2:, 1].abs().tolist() == pytest.approx([1, 1])
    assert nearest_others(torch.tensor([[1.0, 0], [0.9, 0.1], [-1.0, 0], [-1.0, 0.1]]))[:, 0].tolist() == [1, 0, 3, 2]


def a_tree(model: Path) -> FusionTree:
    tree = FusionTree(27, 8, 24, 128)
    tree.load_state_dict(torch.load(model, weights_only=True))
    return tree.eval()


@torch.no_grad()
def probabilities(tree: FusionTree, word: str) -> dict[str, float]:
    vocabulary = build_vocabulary(corpus.load_names())
    tokens = [0] * 8 + [vocabulary[character] for character in word]
    return dict(zip(vocabulary, tree(torch.tensor([tokens[-8:]])).softmax(-1)[0].tolist(), strict=True))


def choose_level(page: Page, level: int) -> None:
    page.get_by_label("Level", exact=True).fill(str(level))
