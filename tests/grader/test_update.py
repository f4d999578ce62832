"""`grade update` brings a newer version into a checkout with filled-in exercises, and loses none of them."""

import shutil
from pathlib import Path

import pytest
from conftest import Run, by_number, committed, git, grade

FIVE = by_number(5)


@pytest.fixture
def clone(copied: Path, tmp_path: Path) -> Path:
    """A learner's clone of a repository of the kata, with exercise 5 filled in."""
    committed(copied)
    git(tmp_path, "clone", "--quiet", str(copied), "clone")
    folder = tmp_path / "clone"
    shutil.copy(FIVE.solution, folder / "exercises" / FIVE.file)
    return folder


def newer(origin: Path, path: str, old: str, new: str) -> None:
    """Publish a version with a piece of one file changed."""
    text = (origin / path).read_text()
    assert old in text
    (origin / path).write_text(text.replace(old, new))
    git(origin, "commit", "--quiet", "--all", "--message=A newer version")


def update(folder: Path) -> Run:
    return grade("update", checkout_copy=folder, env={"HOME": str(folder.parent), "GIT_CONFIG_NOSYSTEM": "1"})


def test_a_changed_stub_and_a_changed_lesson_come_in_and_the_answer_stays(copied: Path, clone: Path) -> None:
    answer = (clone / "exercises" / FIVE.file).read_text()
    newer(copied, f"exercises/{FIVE.file}", 'raise NotImplementedError("not written yet")', "raise NotImplementedError")
    newer(copied, f"exercises/{FIVE.name}.md", "# Lay", "# Newer: lay")
    done = update(clone)
    assert done.returncode == 0, done.stderr
    assert f"committed first: exercises/{FIVE.file}" in done.stdout
    assert (clone / "exercises" / FIVE.file).read_text() == answer
    assert (clone / f"exercises/{FIVE.name}.md").read_text().startswith("# Newer: lay")
    assert git(clone, "status", "--porcelain", "--untracked-files=no") == ""
    assert "This is already the newest version." in update(clone).stdout


def test_what_else_was_changed_is_named_and_nothing_is_touched(copied: Path, clone: Path) -> None:
    (clone / "README.md").write_text("mine")
    newer(copied, f"exercises/{FIVE.name}.md", "# Lay", "# Newer: lay")
    before = git(clone, "rev-parse", "HEAD")
    done = update(clone)
    assert (done.returncode, done.stdout) == (2, "")
    assert "README.md changed, too" in done.stderr
    assert git(clone, "rev-parse", "HEAD") == before


def test_a_merge_that_needs_a_decision_is_undone(copied: Path, clone: Path) -> None:
    git(copied, "rm", "--quiet", f"exercises/{FIVE.file}")
    git(copied, "commit", "--quiet", "--message=Without it")
    answer = (clone / "exercises" / FIVE.file).read_text()
    done = update(clone)
    assert done.returncode == 2
    assert "nothing was changed, and your answers are committed" in done.stderr
    assert (clone / "exercises" / FIVE.file).read_text() == answer


def test_a_folder_that_is_no_clone_is_told_what_to_do(copied: Path) -> None:
    done = update(copied)
    assert done.returncode == 2
    assert "not a git repository" in done.stderr
