"""The last page's picture: drawn from real models by its script, and as the page describes it."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

from grader.base import paths

SCRIPT = paths.checkout().exercises / "pictures" / "tree_and_attention.py"
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
