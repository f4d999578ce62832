"""A printed example is true: pasted beside the answer's file into a fresh interpreter it fails there as reported."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.base import paths
from grader.base.results import Finding
from grader.course import prove
from grader.engine.worker_processes import Workers
from grader.kata import curriculum
from grader.kata.curriculum import Exercise

# All known mistakes take minutes on one core.
EVERY = 1 if os.environ.get("KATA_EVERY") else 8
CLOSE = 1e-4  # of numbers that are written with four digits or more
UNWRITTEN = " = ...  # "  # in place of a class that exercise 14 is given: too long to be shown
_NUMBER = re.compile(r"[-+]?\d+\.?\d*(?:e[-+]?\d+)?")
Pasted = Callable[[Path, str], dict[str, Any]]


@pytest.fixture(scope="module")
def pasted() -> Iterator[Pasted]:
    """Runs the lines of an example beside the files of a folder, each time in a process of its own."""
    command = [sys.executable, "-P", str(Path(__file__).with_name("example_runner.py"))]
    environment = os.environ | {
        "PYTHONPATH": str(paths.checkout().root),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
    }
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=paths.checkout().root
    ) as process:

        def run(folder: Path, example: str) -> dict[str, Any]:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write(json.dumps([str(folder), example]) + "\n")
            process.stdin.flush()
            told: dict[str, Any] = json.loads(process.stdout.readline())
            return told

        yield run
        assert process.stdin is not None
        process.stdin.close()


def fails_as_reported(finding: Finding, told: dict[str, Any]) -> bool | None:
    """Whether an example did what the learner reads; None where that is told in words, not as a value or an error."""
    got = finding.got or ""
    if "raised" in told:
        kind = told["raised"].partition(":")[0]
        return got.partition(":")[0] == kind or (kind == "AttributeError" and got.startswith("no such attribute"))
    if "value" not in told:
        return False
    value, headers = told["value"], [text.partition("\n")[0] for text in (told["value"], *told["items"])]
    ways = [value, told["kind"], str(told["length"]), f"{told['kind']}: {value}", *told["items"]]
    if any(alike(got, way) for way in ways) or got.endswith(f" is {value}"):
        return True
    if got.startswith("no error: ") or any(h.startswith(got) or h.endswith(f", {got}") for h in headers):
        return True
    if "torch.rand((" in (finding.example or ""):  # in place of more numbers than are shown
        return None
    if not got.startswith("shape ") or "\n" not in got or (finding.difference or "").startswith("the argument `"):
        return None
    return are_among(got.partition("\n")[2], told["numbers"]) or (None if told["items"] else False)


def are_among(got: str, numbers: list[float]) -> bool:
    """Whether a part of a tensor is what is reported: its positions from some place on."""
    return all(any(abs(float(a) - b) <= CLOSE * max(1.0, abs(b)) for b in numbers) for a in _NUMBER.findall(got))


def alike(one: str, other: str) -> bool:
    """Whether two texts are the same up to spaces and the digits of their numbers."""
    one, other = (re.sub(r"[\s»«]", "", text) for text in (one, other))
    if _NUMBER.sub("#", one) != _NUMBER.sub("#", other):
        return False
    pairs = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
    return all(abs(float(a) - float(b)) <= CLOSE * max(1.0, abs(float(a))) for a, b in pairs)


def beside_solutions(folder: Path, exercise: Exercise, code: str) -> Path:
    """A package of solutions with one answer in its place."""
    shutil.copytree(paths.checkout().solutions, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "__init__.py").touch()
    (folder / exercise.file).write_text(code, encoding="utf-8")
    return folder


def examined(
    workers: Workers, exercise: Exercise, folder: Path, pasted: Pasted
) -> Iterator[tuple[str, bool | None, Finding, dict[str, Any]]]:
    """Each printed example of each known mistake: of which mistake and check, and how it went."""
    for trial in prove.of_mistakes(exercise)[::EVERY]:
        package = re.sub(r"\W", "_", f"{exercise.short}_{trial.name}")
        place = beside_solutions(folder / package, exercise, trial.code)
        result, _ = trial.result(workers)
        for check in result.checks:
            finding = check.finding
            if finding.example and finding.got and UNWRITTEN not in finding.example:
                told = pasted(place, finding.example)
                yield f"{trial.name}: {check.check.name}", fails_as_reported(finding, told), finding, told
        shutil.rmtree(place)


@pytest.mark.sampled("ex01", "ex05")
@pytest.mark.parametrize("exercise", curriculum.exercises(), ids=lambda exercise: exercise.short)
def test_every_example_fails_as_the_learner_reads(tmp_path: Path, exercise: Exercise, pasted: Pasted) -> None:
    with Workers([exercise], many=True) as workers:
        found = list(examined(workers, exercise, tmp_path, pasted))
    false = [(name, finding.example, finding.got, told) for name, as_told, finding, told in found if as_told is False]
    assert false == []
    assert any(as_told for _, as_told, _, _ in found) or exercise.number == 14
