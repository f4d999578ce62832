"""The digest of all that can change a result: each part of it is seen, and what changes no result is not."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import by_number, copy_of_the_checkout

from grader.base import paths
from grader.kata import curriculum
from grader.kata.digest import kata_digest

FIVE = by_number(5).name
ASSIGNMENT = "title: A lab\ndue: Friday\nseed: 1\nspoil: false\npoints:\n  ex01_receptive_field: 100\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout; each test puts back what it changes."""
    return copy_of_the_checkout(tmp_path_factory.mktemp("kata"), "tests/right", "tests/pictures")


def digest(place: Path) -> str:
    with paths.use(paths.Checkout(place)):
        return kata_digest()


def differs(place: Path, file: str, change: Callable[[str], str]) -> bool:
    """Whether the digest is another one while a file, which may not be there, is another one."""
    path, before = place / file, digest(place)
    old = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(change(old or ""), encoding="utf-8")
    try:
        return digest(place) != before
    finally:
        if old is None:
            path.unlink()
        else:
            path.write_text(old, encoding="utf-8")
        assert digest(place) == before


def a_line_more(text: str) -> str:
    return f"{text}# one more\n"


@pytest.mark.sampled("grader/base", "grader/reports", "tests/checks", "grader/mistakes")
@pytest.mark.parametrize(
    "file",
    [
        "grader/__init__.py",
        "grader/base/results.py",
        "grader/base/values_as_text.py",
        "grader/kata/curriculum.py",
        "grader/answers/wire.py",
        "grader/language/comparisons.py",
        "grader/engine/run.py",
        "grader/engine/observation.py",
        "grader/reports/terminal.py",
        "grader/course/grading.py",
        f"tests/checks/test_{FIVE}.py",
        "tests/checks/strategies.py",
        "tests/checks/models.py",
        "tests/checks/oracles.py",
        f"solutions/{FIVE}.py",
        f"grader/mistakes/{FIVE}/newest-first.yaml",
        f"grader/mistakes/{FIVE}/a-new-one.yaml",
        f"grader/mistakes/{FIVE}/footprints.json",
        "grader/answers/a_new_module.py",
        "tests/checks/a_new_helper.py",
    ],
)
def test_what_can_change_a_result_is_seen(place: Path, file: str) -> None:
    assert differs(place, file, a_line_more)


def test_points_in_the_metadata_of_a_lesson_are_seen(place: Path) -> None:
    assert differs(place, metadata(place), fewer_points)


@pytest.mark.parametrize("old", ["seed: 1", "ex01_receptive_field: 100"])
def test_the_assignment_is_seen(place: Path, old: str) -> None:
    assert differs(place, "assignment.yaml", lambda _: ASSIGNMENT)
    (place / "assignment.yaml").write_text(ASSIGNMENT)
    try:
        assert differs(place, "assignment.yaml", lambda text: text.replace(old, f"{old}0"))
    finally:
        (place / "assignment.yaml").unlink()


@pytest.mark.sampled("README", "exercises/", "tests/grader/conftest")
@pytest.mark.parametrize(
    "file",
    [
        "README.md",
        "COURSE.md",
        "data/README.md",
        f"exercises/{FIVE}.md",
        f"exercises/{FIVE}.py",
        "tests/grader/test_digest.py",
        "tests/grader/conftest.py",
    ],
)
def test_what_changes_no_result_is_not(place: Path, file: str) -> None:
    assert not differs(place, file, a_line_more)


def test_a_version_of_a_library_is_seen(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest(place)
    for library in ("torch", "numpy", "hypothesis"):
        with monkeypatch.context() as patched:
            patched.setattr("importlib.metadata.version", lambda name, other=library: "0" if name == other else "1")
            one = digest(place)
            patched.setattr("importlib.metadata.version", lambda name: "1")
            assert digest(place) != one
    assert digest(place) == before


def test_of_some_exercises_only_theirs_counts(place: Path) -> None:
    def of_five() -> str:
        with paths.use(paths.Checkout(place)):
            return kata_digest([FIVE])

    before, other = of_five(), place / "tests" / "checks" / f"test_{by_number(13).name}.py"
    text = other.read_text()
    other.write_text(a_line_more(text))
    assert of_five() == before
    other.write_text(text)
    own = place / "tests" / "checks" / f"test_{FIVE}.py"
    text = own.read_text()
    own.write_text(a_line_more(text))
    assert of_five() != before
    own.write_text(text)


def metadata(place: Path) -> str:
    """The file in which the points of exercise 5 stand."""
    whole = place / "exercises" / "curriculum.yaml"
    return (whole if whole.exists() else place / "exercises" / f"{FIVE}.md").relative_to(place).as_posix()


def fewer_points(text: str) -> str:
    """The metadata with other points for exercise 5."""
    points = curriculum.find_one("5").points
    start = max(text.find(FIVE), 0)
    old = f"points: {points:g}"
    assert old in text[start:]
    return text[:start] + text[start:].replace(old, "points: 1", 1)
