"""The lessons' pictures: in step with their scripts, shown on a page, and described for those who cannot see them."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from grader.base import paths

PICTURES = paths.checkout().exercises / "pictures"
SCRIPT = PICTURES / "tree_and_attention.py"
FIGURES = PICTURES / "figures.py"
KEPT = sorted(PICTURES.glob("*.svg"))
PAGES = [*paths.checkout().exercises.glob("*.md"), paths.checkout().root / "README.md"]
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
SVG = "{http://www.w3.org/2000/svg}"
# Squares of the two names: 8 at each of the tree's three levels, and a triangle for each of the two layers.
SHARES = 2 * (3 * 8 + 2 * (8 * 9 // 2))


def squares(picture: Path) -> list[tuple[str, str]]:
    """Where the shares that are not 0 stand."""
    rectangles = ET.parse(picture).getroot().iter(f"{SVG}rect")
    return [(each.get("x", ""), each.get("y", "")) for each in rectangles if each.get("class") == "share"]


def test_the_picture_is_what_its_script_draws_after_however_few_steps(tmp_path: Path) -> None:
    out = tmp_path / "drawn.svg"
    subprocess.run([sys.executable, SCRIPT, out, "3"], check=True, cwd=tmp_path)
    drawn, kept = squares(out), squares(SCRIPT.with_suffix(".svg"))
    assert len(drawn) == SHARES
    assert kept == drawn, "the squares stand where the structure puts them; only how dark they are is learnt"


def test_the_figures_are_what_their_script_draws(tmp_path: Path) -> None:
    subprocess.run([sys.executable, FIGURES, tmp_path], check=True, cwd=tmp_path)
    drawn = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text(encoding="utf-8") for path in KEPT if path.stem != SCRIPT.stem}
    assert kept.keys() == drawn.keys()
    assert [name for name in drawn if drawn[name] != kept[name]] == [], "make pictures"


@pytest.mark.parametrize("picture", KEPT, ids=lambda path: path.stem)
def test_a_picture_is_shown_on_a_page_with_a_text_for_those_who_cannot_see_it(picture: Path) -> None:
    texts = [
        alternative
        for page in PAGES
        for alternative, target in IMAGE.findall(page.read_text(encoding="utf-8"))
        if (page.parent / target).resolve() == picture.resolve()
    ]
    assert texts, "no page shows it"
    assert all(len(text.split()) >= 8 for text in texts)


@pytest.mark.parametrize("picture", [path for path in KEPT if path.stem != SCRIPT.stem], ids=lambda path: path.stem)
def test_a_figure_has_a_title_a_description_and_colours_for_a_dark_page(picture: Path) -> None:
    root = ET.parse(picture).getroot()
    assert root.findtext(f"{SVG}title")
    assert len((root.findtext(f"{SVG}desc") or "").split()) > 30
    assert "prefers-color-scheme:dark" in (root.findtext(f"{SVG}style") or "")
    inside = (float(root.get("width", "0")), float(root.get("height", "0")))
    for each in root.iter(f"{SVG}text"):
        assert 0 <= float(each.get("x", "-1")) <= inside[0] and 0 <= float(each.get("y", "-1")) <= inside[1]


def test_the_readme_tells_the_race_that_its_picture_shows() -> None:
    """`make pictures` writes the picture and the table of the same run."""
    text = (paths.checkout().root / "README.md").read_text(encoding="utf-8")
    kept = (paths.checkout().root / "tests" / "pictures" / "race.txt").read_text(encoding="utf-8")
    rows = {name: (size, float(loss)) for name, size, loss in re.findall(r"^(.+?) {2,}([\d,]+) +([\d.]+)", kept, re.M)}
    told = {
        "tree, context 2": "tree of 1 level",
        "tree, context 4": "tree of 2 levels",
        "tree, context 8": "tree of 3 levels",
        "connected, context 8": "three fully connected layers",
        "flat, context 8": "flat model",
    }
    for name, words in told.items():
        size, loss = rows[name]
        assert re.search(rf"^\| {words}, context \d \| {size} \| {loss:.3f} \|", text, re.M), name
