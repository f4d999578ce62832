"""`grade verify` fails, by name, when the checks can no longer be believed."""

import shutil
from pathlib import Path

import pytest
from conftest import by_number, committed, grade

FEW = ("interleaved-channels", "newest-first", "remainder-dropped")
EXERCISE = by_number(5).name


@pytest.fixture
def small(copied: Path) -> Path:
    """A copy of the checkout with three mistakes and one right style of exercise 5, so that it is verified soon."""
    for path in (copied / "grader" / "mistakes" / EXERCISE).glob("*.yaml"):
        if path.stem not in FEW:
            path.unlink()
    for path in sorted((copied / "tests" / "right" / EXERCISE).glob("*.py"))[1:]:
        path.unlink()
    return committed(copied)


def mistake(checkout: Path, name: str) -> Path:
    return checkout / "grader" / "mistakes" / EXERCISE / f"{name}.yaml"


def problems(checkout: Path) -> list[str]:
    done = grade("verify", "ex05", checkout_copy=checkout)
    assert done.returncode == 1, done.stdout + done.stderr
    return [line.strip() for line in done.stdout.splitlines() if line.startswith("    ")]


def test_a_check_that_accepts_any_order_of_values_is_found_out(small: Path) -> None:
    expect = small / "grader" / "language" / "comparisons.py"
    text = expect.read_text(encoding="utf-8")
    old = "        if not expected.is_floating_point():\n            close = plain == expected\n"
    sorting = "        plain, expected = plain.flatten().sort().values, expected.flatten().sort().values\n"
    assert old in text
    expect.write_text(text.replace(old, sorting + old), encoding="utf-8")
    found = problems(small)
    assert any("newest-first passes every check: none catches it" in line for line in found)
    assert any("interleaved-channels" in line for line in found)


def test_a_check_that_is_passed_by_refusing_everything_is_found_out(small: Path) -> None:
    checks = small / "tests" / "checks" / f"test_{EXERCISE}.py"
    text = checks.read_text(encoding="utf-8")
    for call in ("flatten_consecutive, 2", "flatten, numbered(2, 4, 2)"):
        assert f"    accepts({call})\n" in text
        text = text.replace(f"    accepts({call})\n", "")
    checks.write_text(text, encoding="utf-8")
    found = problems(small)
    assert "ex05: one that refuses everything passes test_refuses_a_group_below_one" in found
    says = "ex05: one that builds anything, and refuses every call of it passes test_refuses_another_rank"
    assert says in found


def test_a_new_mistake_is_taken_up_at_once_and_one_that_passes_is_told(small: Path) -> None:
    text = mistake(small, "newest-first").read_text(encoding="utf-8")
    head = text.partition("change:")[0]
    changes = "change:\n  - from: return joined.squeeze(1)\n    to: return joined.flatten(2).squeeze(1)\n"
    mistake(small, "right-after-all").write_text(head + changes, encoding="utf-8")
    assert "ex05: right-after-all passes every check: none catches it" in problems(small)


def test_a_line_of_a_solution_in_the_handout_is_told(small: Path) -> None:
    page = small / "data" / "README.md"
    line = "joined = x.reshape(batch, time // self.group, self.group * channels)"
    page.write_text(f"{page.read_text(encoding='utf-8')}\nNote: `{line}`\n", encoding="utf-8")
    assert f"a line of the solution of {EXERCISE}: {line}" in problems(small)


def test_twins_are_told(small: Path) -> None:
    shutil.copy(mistake(small, "newest-first"), mistake(small, "its-twin"))
    found = problems(small)
    assert "ex05: newest-first has a twin: its-twin behaves the same in every check" in found
    assert "ex05: its-twin has a twin: newest-first behaves the same in every check" in found


def test_a_mistake_that_only_stops_the_grader_is_told(small: Path) -> None:
    text = mistake(small, "newest-first").read_text(encoding="utf-8")
    head = text.partition("change:")[0]
    changes = "change:\n  - from: return joined.squeeze(1)\n    to: |\n      import os\n      os._exit(1)\n"
    mistake(small, "leaves").write_text(head + changes, encoding="utf-8")
    assert any(line.startswith("ex05: leaves is caught only because it stops the grader") for line in problems(small))


def test_a_change_that_does_not_fit_the_solution_is_told(small: Path) -> None:
    path = mistake(small, "newest-first")
    path.write_text(path.read_text(encoding="utf-8").replace("from: ", "from: no_such_thing ", 1), encoding="utf-8")
    assert any(
        "mistake newest-first, change 1" in line and "is not in the solution" in line for line in problems(small)
    )


def test_a_damaged_mistake_is_told_in_one_line(small: Path) -> None:
    mistake(small, "newest-first").write_text("says: [\n", encoding="utf-8")
    done = grade("verify", "ex05", checkout_copy=small)
    assert "newest-first.yaml is damaged" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_right_style_that_is_refused_is_told_with_its_seed(small: Path) -> None:
    style = next((small / "tests" / "right" / EXERCISE).glob("*.py"))
    shutil.copy(small / "solutions" / by_number(5).file, style)
    style.write_text(style.read_text(encoding="utf-8").replace("squeeze(1)", "squeeze()"), encoding="utf-8")
    assert any(line.startswith(f"ex05: {style.stem} at seed 0 is refused by test_") for line in problems(small))


def test_what_is_listed_as_equivalent_must_be_a_mutant_that_passes(small: Path) -> None:
    listed = small / "grader" / "mistakes" / "equivalent_mutants.yaml"
    listed.write_text(
        f"{EXERCISE}:\n"
        '  "forward: return joined.squeeze(1) -> return None": a lie\n'
        '  "forward: no such line -> nothing": gone\n',
        encoding="utf-8",
    )
    found = problems(small)
    assert (
        "ex05: `forward: return joined.squeeze(1) -> return None` is listed as equivalent, but a check catches it"
        in found
    )
    assert "ex05: `forward: no such line -> nothing` is listed as equivalent, but no mutant is called so" in found
