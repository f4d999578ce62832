"""The learner's walk: from stubs to 100 points, each step naming the next file, and a tree trained at the end."""

import json
import re
import shutil
from pathlib import Path

import pytest
from conftest import grade

from grader.kata import curriculum


@pytest.mark.prove
def test_from_untouched_stubs_to_a_hundred_points_and_names(copied: Path) -> None:
    exercises = curriculum.exercises()
    before = -1.0
    for exercise in exercises:
        done = grade("--json", "result.json", checkout_copy=copied)
        assert done.returncode == 1
        assert f"exercises/{exercise.file}" in done.stdout, "it names the next file"
        assert f"exercises/{exercise.name}.md" in done.stdout, "and the lesson"
        result = json.loads((copied / "result.json").read_text())
        assert result["points"] + result["bonus"] > before
        assert result["max_points"] == 100
        before = result["points"] + result["bonus"]
        shutil.copy(exercise.solution, copied / "exercises")
    done = grade(checkout_copy=copied)
    assert done.returncode == 0
    assert "100 of 100 points" in done.stdout

    listed = grade("list", checkout_copy=copied).stdout
    assert listed.count("  passed") == len(exercises)

    trained = grade("train", "--steps", "300", checkout_copy=copied)
    assert trained.returncode == 0, trained.stderr
    lines = trained.stdout.splitlines()
    assert re.fullmatch(r"validation loss \d\.\d{4}, 76579 parameters, \d+\.\d s", lines[-1])
    assert sum(line.startswith("  ") for line in lines) == 10
    assert (copied / ".grade" / "tree.pt").stat().st_size > 300_000


def test_untouched_stubs_are_not_started(copied: Path) -> None:
    done = grade(checkout_copy=copied)
    assert done.returncode == 1
    assert "0 of 100 points" in done.stdout
    assert done.stdout.count("not started") == len(curriculum.exercises())
    assert "read exercises/ex01_receptive_field.md" in done.stdout
    assert "replace NotImplementedError in exercises/ex01_receptive_field.py" in done.stdout
