"""Lessons: every code block runs, and what they promise is there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.base import paths
from grader.kata import curriculum

PAGES = sorted(
    path for path in paths.checkout().exercises.glob("*.md") if "```python" in path.read_text(encoding="utf-8")
)


def code_blocks(page: Path) -> str:
    """The page's Python, each line where it stands in the page, so that a traceback names its line."""
    lines: list[str] = []
    inside = False
    for line in page.read_text(encoding="utf-8").splitlines():
        fence = line.strip().startswith("```")
        lines.append(line if inside and not fence else "")
        if fence:
            inside = not inside and line.strip() == "```python"
    return "\n".join(lines)


@pytest.mark.sampled("ex02", "ex05")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_code_block_runs_and_prints_what_the_page_says(page: Path, tmp_path: Path) -> None:
    script = tmp_path / f"{page.stem}.py"
    script.write_text(code_blocks(page), encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr


def test_every_exercise_has_a_lesson_with_code() -> None:
    assert {page.stem for page in PAGES} >= {exercise.name for exercise in curriculum.exercises()}


@pytest.mark.parametrize("page", sorted(paths.checkout().exercises.glob("*.md")), ids=lambda page: page.stem)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


TYPED = {
    exercise.short: re.findall(r'python -c "([^"]+)"', "\n".join([exercise.lesson.read_text("utf-8"), *exercise.hints]))
    for exercise in curriculum.exercises()
}


@pytest.fixture(scope="module")
def filled_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with right answers in exercises/."""
    root = paths.checkout()
    folder = tmp_path_factory.mktemp("checkout")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(root.exercises, folder / "exercises", ignore=ignored)
    shutil.copytree(root.solutions, folder / "exercises", ignore=ignored, dirs_exist_ok=True)
    return folder


@pytest.mark.sampled("ex01", "ex05")
@pytest.mark.parametrize("commands", [found for found in TYPED.values() if found], ids=[n for n in TYPED if TYPED[n]])
def test_what_a_lesson_or_a_hint_asks_to_type_works_in_the_checkout_and_in_exercises(
    filled_in: Path, commands: list[str]
) -> None:
    printed = []
    for folder in (filled_in, filled_in / "exercises"):
        done = subprocess.run(
            [sys.executable, "-c", "\n".join(commands)],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(filled_in)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        printed.append(done.stdout)
    assert len(printed[0].splitlines()) >= len(commands), "each of them prints something"
    assert len(printed[0].splitlines()) == len(printed[1].splitlines())
