"""CONTRIBUTING.md is true: its picture of the packages, its files, its commands and its links."""

import re
import tomllib

import pytest
from test_layers import LEVELS

import grader
from grader import commands
from grader.base import paths

ROOT = paths.checkout().root
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
QUOTED = sorted(set(re.findall(r"`([^`\n]+)`", TEXT.replace("```", ""))))
FILES = [
    word for word in QUOTED if re.fullmatch(r"[\w./-]+(/|\.\w+)", word) and not word.startswith((".", "test_", "v"))
]
TARGETS = re.findall(r"^(\w[\w-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_picture_shows_the_levels_that_are_asserted() -> None:
    picture = TEXT.split("```")[1].strip().splitlines()
    shown = [set(re.findall(r"\w+", line.partition("  ")[0])) for line in picture]
    assert shown == [set(level) - {"__main__"} for level in LEVELS]


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_it_names_is_there(file: str) -> None:
    assert (ROOT / file.replace("EXERCISE", "ex05_flatten_consecutive").replace("short-name", "newest-first")).exists()


def test_the_commands_that_it_names_are_there() -> None:
    assert len(FILES) > 20
    made = {word.split()[1] for word in QUOTED if word.startswith("make ")}
    assert {"test", "prove", "proofs"} <= made <= set(TARGETS)
    typed = {word.split()[1] for word in QUOTED if word.startswith("grade ")}
    assert typed - {"5"} <= set(commands.names())
    markers = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["markers"]
    used = {word.split()[2] for word in QUOTED if word.startswith("pytest -m")} | {"prove"}
    assert used <= {marker.partition(":")[0] for marker in markers}


def test_functions_that_it_names_are_there() -> None:
    conftest = (ROOT / "tests" / "grader" / "conftest.py").read_text(encoding="utf-8")
    for name in ("grade", "grade_process"):
        assert f"`{name}(...)`" in TEXT
        assert f"def {name}(" in conftest


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)#?([^)]*)\)", TEXT)
    assert links
    for file, heading in links:
        titles = re.findall(r"^#+ (.+)$", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
        assert heading in {title.lower().replace(" ", "-") for title in titles}


def test_the_version_is_the_same_in_both_places_and_the_changelog_is_kept() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == grader.__version__
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
