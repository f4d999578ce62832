"""The JSON result holds to its published schema, whatever happens to the answers."""

import json
import math
from pathlib import Path

import jsonschema
import pytest
from conftest import by_number, grade, spoil

from grader.base import paths

SCHEMA = json.loads((paths.checkout().root / "grader" / "result.schema.json").read_text())


@pytest.mark.prove
def test_results_of_every_kind_hold_to_the_schema(solved: Path) -> None:
    spoil(solved, 1, "return group**levels", "return group * levels")
    spoil(solved, 2, "joined = np.concatenate", "joined = 1 / 0")
    spoil(solved, 3, "def build_vocabulary", "while True: pass\n\n\ndef build_vocabulary")
    (solved / by_number(4).file).write_bytes(b"\xff")
    spoil(solved, 5, "time // self.group, self.group * channels)", "time // self.group, -1).flip(-1)")
    (solved / by_number(6).file).unlink()
    done = grade("--answers", solved, "--json", "-", "--check-seconds", "2", "--exercise-seconds", "12")
    result = json.loads(done.stdout)
    jsonschema.validate(result, SCHEMA)
    statuses = {exercise["name"][:4]: exercise["status"] for exercise in result["exercises"]}
    assert statuses == dict.fromkeys(statuses, "passed") | {
        "ex01": "failed",
        "ex02": "error",
        "ex03": "error",
        "ex04": "error",
        "ex05": "failed",
        "ex06": "not_started",
    }
    for exercise in result["exercises"]:
        assert exercise["points"] == math.fsum(check["points"] for check in exercise["checks"])
    for name, bonus in (("points", False), ("bonus", True)):
        assert result[name] == math.fsum(each["points"] for each in result["exercises"] if each["bonus"] is bonus)


def test_a_failing_check_tells_call_expected_got_and_difference(solved: Path) -> None:
    spoil(solved, 5, "time // self.group, self.group * channels)", "time // self.group, -1).flip(-1)")
    checks = json.loads(grade("5", "--answers", solved, "--json", "-").stdout)["exercises"][0]["checks"]
    failing = next(check for check in checks if check["status"] == "failed")
    assert failing["example"].splitlines()[0] == "layer = FlattenConsecutive(2)"
    assert (
        failing["difference"] == "first at [0, 0]: 1.0 expected, 2.0 got; the values are right, their order is [1, 0]"
    )
    assert "»1«" in failing["expected"]
    assert "»2«" in failing["got"]
    assert failing["points"] == 0.0 < failing["max_points"]
