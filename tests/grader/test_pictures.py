"""The last page's picture: drawn from real models by its script, and as the page describes it."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

from grader.base import paths

SCRIPT = paths.EXERCISES / "pictures" / "tree_and_attention.py"
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


def test_the_readme_tells_the_race_that_its_picture_shows() -> None:
    """`make pictures` writes the picture and the table of the same run."""
    text = (paths.ROOT / "README.md").read_text(encoding="utf-8")
    kept = (paths.ROOT / "tests" / "pictures" / "race.txt").read_text(encoding="utf-8")
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
