"""One wrong answer is paid for once: later exercises are run again with the reference in its place."""

from pathlib import Path

import pytest
from conftest import as_json, by_number, grade, spoil

INTERLEAVED = "x.transpose(1, 2).reshape(batch, time // self.group, self.group * channels)"
ORDERED = "x.reshape(batch, time // self.group, self.group * channels)"


def test_with_only_ex05_wrong_ex07_and_ex08_keep_their_points_and_say_so(solved: Path) -> None:
    spoil(solved, 5, ORDERED, INTERLEAVED)
    done = grade("5", "6", "7", "8", "--answers", solved, "--json", "-")
    results = as_json(done)
    assert results["ex05"]["status"] == "failed"
    for name in ("ex07", "ex08"):
        assert results[name]["points"] == 15
        assert results[name]["status"] == "passed"
        stands_on = {other for check in results[name]["checks"] for other in check["stands_on"]}
        assert stands_on == {"ex05_flatten_consecutive"}
    assert not any(check["stands_on"] for check in results["ex06"]["checks"])
    assert done.returncode == 1


@pytest.mark.prove
def test_the_report_names_the_reference_that_stands_in(solved: Path) -> None:
    spoil(solved, 5, ORDERED, INTERLEAVED)
    text = grade("5", "7", "--answers", solved).stdout
    assert "graded with the reference for ex05" in text
    text = grade("5", "7", "--answers", solved, "--verbose").stdout
    assert "passes with the reference in place of ex05" in text


@pytest.mark.prove
def test_it_holds_when_only_the_later_exercise_is_graded(solved: Path) -> None:
    spoil(solved, 5, ORDERED, INTERLEAVED)
    results = as_json(grade("7", "--answers", solved, "--json", "-"))
    assert list(results) == ["ex07"]
    assert results["ex07"]["points"] == 15


def test_missing_earlier_exercises_are_no_reason_to_lose_points(solved: Path) -> None:
    for number in (1, 5, 6, 7):
        (solved / by_number(number).file).unlink()
    results = as_json(grade("8", "--answers", solved, "--json", "-"))
    assert results["ex08"]["status"] == "passed"


@pytest.mark.prove
def test_only_the_references_that_are_needed_are_named(solved: Path) -> None:
    spoil(solved, 5, ORDERED, INTERLEAVED)
    spoil(solved, 1, "return group**levels", "return group * levels")
    results = as_json(grade("1", "5", "8", "--answers", solved, "--json", "-"))
    stands_on = {tuple(check["stands_on"]) for check in results["ex08"]["checks"]} - {()}
    assert stands_on == {("ex05_flatten_consecutive",)}


@pytest.mark.prove
def test_a_mistake_of_its_own_still_costs(solved: Path) -> None:
    spoil(solved, 5, ORDERED, INTERLEAVED)
    spoil(solved, 7, "torch.tanh(fused)", "torch.relu(fused)")
    results = as_json(grade("5", "7", "--answers", solved, "--json", "-"))
    assert results["ex07"]["status"] == "failed"
    assert 0 < results["ex07"]["points"] < 15


@pytest.mark.prove
def test_a_name_that_is_nowhere_is_a_mistake_of_its_own_also_where_a_reference_stands_in(solved: Path) -> None:
    spoil(solved, 5, ORDERED, INTERLEAVED)
    spoil(solved, 7, "import FlattenConsecutive\n", "import FlattenConsecutve as FlattenConsecutive\n")
    done = grade("5", "7", "--answers", solved)
    assert "`FlattenConsecutve` from ex05_flatten_consecutive, which does not define it; did you mean" in done.stdout
    assert "blocked" not in done.stdout
    assert f"again: grade ex05 --answers {solved}" in done.stdout


@pytest.mark.prove
def test_what_cannot_run_even_with_references_is_blocked(solved: Path) -> None:
    spoil(solved, 5, ORDERED, INTERLEAVED)
    spoil(solved, 5, "class Flatten", "def side_by_side(x):\n    return x\n\n\nclass Flatten")
    spoil(solved, 7, "import FlattenConsecutive\n", "import FlattenConsecutive, side_by_side\n")
    spoil(solved, 7, "fused = self.linear(", "fused = self.linear(side_by_side(x) if False else ")
    results = as_json(grade("5", "7", "--answers", solved, "--json", "-"))
    blocked = [check for check in results["ex07"]["checks"] if check["status"] == "blocked"]
    assert blocked
    assert "failed" not in {check["status"] for check in results["ex07"]["checks"]}
    assert "`side_by_side` from ex05_flatten_consecutive" in blocked[0]["difference"]
