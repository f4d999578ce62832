"""`grade verify` fails, by name, when the checks can no longer be believed."""

import shutil
from pathlib import Path

import pytest
from conftest import by_number, committed, copy_of_the_checkout, grade

FEW = ("interleaved-channels", "newest-first", "remainder-dropped")
EXERCISE = by_number(5).name
LINE = "joined = x.reshape(batch, time // self.group, self.group * channels)"


def small(folder: Path) -> Path:
    """A copy of the checkout with three mistakes and two right styles of exercise 5, so that it is verified soon."""
    copied = copy_of_the_checkout(folder, "tests/grader", "tests/pictures")
    for path in (copied / "grader" / "mistakes" / EXERCISE).glob("*.yaml"):
        if path.stem not in FEW:
            path.unlink()
    for path in sorted((copied / "tests" / "right" / EXERCISE).glob("*.py"))[1:]:
        path.unlink()
    return committed(copied)


def mistake(checkout: Path, name: str) -> Path:
    return checkout / "grader" / "mistakes" / EXERCISE / f"{name}.yaml"


def problems(checkout: Path) -> list[str]:
    done = grade("verify", "ex05", "--seeds", 1, checkout_copy=checkout)
    assert done.returncode == 1, done.stdout + done.stderr
    return [line.strip() for line in done.stdout.splitlines() if line.startswith("    ")]


def changed(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


# ---- a checkout whose checks are too weak ----


@pytest.fixture(scope="module")
def with_weak_checks(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The problems of a checkout whose checks ignore the order of values, accept any refusal, or stop."""
    place = small(tmp_path_factory.mktemp("weak"))
    head = mistake(place, "newest-first").read_text(encoding="utf-8").partition("change:")[0]
    leaves = "change:\n  - from: return joined.squeeze(1)\n    to: |\n      import os\n      os._exit(1)\n"
    mistake(place, "leaves").write_text(head + leaves, encoding="utf-8")
    plain = "        if not expected.is_floating_point():\n            close = plain == expected\n"
    sorting = "        plain, expected = plain.flatten().sort().values, expected.flatten().sort().values\n"
    changed(place / "grader" / "language" / "comparisons.py", (plain, sorting + plain))
    calls = ("flatten_consecutive, 2", "flatten, numbered(2, 4, 2)")
    checks = place / "tests" / "checks" / f"test_{EXERCISE}.py"
    changed(checks, *((f"    accepts({call})\n", "") for call in calls))
    return problems(place)


def test_a_check_that_accepts_any_order_of_values_is_found_out(with_weak_checks: list[str]) -> None:
    assert any("newest-first passes every check: none catches it" in line for line in with_weak_checks)
    assert any("interleaved-channels" in line for line in with_weak_checks)


def test_a_check_that_is_passed_by_refusing_everything_is_found_out(with_weak_checks: list[str]) -> None:
    assert "ex05: one that rejects everything passes test_refuses_a_group_below_one" in with_weak_checks
    says = "ex05: one that builds anything, but rejects every call passes test_refuses_another_rank"
    assert says in with_weak_checks


def test_a_mistake_that_only_stops_the_grader_is_told(with_weak_checks: list[str]) -> None:
    assert any(line.startswith("ex05: leaves is caught only because it stops the grader") for line in with_weak_checks)


# ---- a checkout in which much is wrong beside the checks ----


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The problems of a checkout with a twin, a right answer among the mistakes, and more that does not fit."""
    place = small(tmp_path_factory.mktemp("spoiled"))
    text = mistake(place, "newest-first").read_text(encoding="utf-8")
    head = text.partition("change:")[0]
    shutil.copy(mistake(place, "newest-first"), mistake(place, "its-twin"))
    right = "change:\n  - from: return joined.squeeze(1)\n    to: return joined.flatten(2).squeeze(1)\n"
    mistake(place, "right-after-all").write_text(head + right, encoding="utf-8")
    page = place / "data" / "README.md"
    page.write_text(f"{page.read_text(encoding='utf-8')}\nNote: `{LINE}`\n", encoding="utf-8")
    style = next((place / "tests" / "right" / EXERCISE).glob("*.py")).with_stem("a_style")
    shutil.copy(place / "solutions" / by_number(5).file, style)
    changed(style, ("squeeze(1)", "squeeze()"))
    listed = place / "grader" / "mistakes" / "equivalent_mutants.yaml"
    listed.write_text(
        f"{EXERCISE}:\n"
        '  "forward: return joined.squeeze(1) -> return None": a lie\n'
        '  "forward: no such line -> nothing": gone\n',
        encoding="utf-8",
    )
    return problems(place)


def test_a_new_mistake_is_taken_up_at_once_and_one_that_passes_is_told(spoiled: list[str]) -> None:
    assert "ex05: right-after-all passes every check: none catches it" in spoiled


def test_a_line_of_a_solution_in_the_handout_is_told(spoiled: list[str]) -> None:
    assert f"a line of the solution of {EXERCISE}: {LINE}" in spoiled


def test_twins_are_told(spoiled: list[str]) -> None:
    assert "ex05: newest-first has a twin: its-twin behaves the same in every check" in spoiled
    assert "ex05: its-twin has a twin: newest-first behaves the same in every check" in spoiled


def test_a_right_style_that_is_refused_is_told_with_its_seed(spoiled: list[str]) -> None:
    assert any(line.startswith("ex05: a_style at seed 0 is rejected by test_") for line in spoiled)


def test_what_is_listed_as_equivalent_must_be_a_mutant_that_passes(spoiled: list[str]) -> None:
    passes = "ex05: `forward: return joined.squeeze(1) -> return None` is listed as equivalent, but a check catches it"
    assert passes in spoiled
    assert "ex05: `forward: no such line -> nothing` is listed as equivalent, but there is no such mutant" in spoiled


# ---- files of mistakes that cannot be used ----


def test_a_change_that_does_not_fit_the_solution_is_told(tmp_path: Path) -> None:
    place = small(tmp_path / "kata")
    changed(mistake(place, "newest-first"), ("from: ", "from: no_such_thing "))
    found = problems(place)
    assert any("mistake newest-first, change 1" in line and "is not in the solution" in line for line in found)


def test_a_damaged_mistake_is_told_in_one_line(tmp_path: Path) -> None:
    place = small(tmp_path / "kata")
    mistake(place, "newest-first").write_text("says: [\n", encoding="utf-8")
    done = grade("verify", "ex05", "--seeds", 1, checkout_copy=place)
    assert "newest-first.yaml is damaged" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
