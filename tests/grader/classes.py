"""Builders of classes: folders of submissions as a course platform leaves them, and what a run makes of them."""

import csv
import json
import zipfile
from pathlib import Path
from typing import Any

import nbformat
from conftest import by_number

from grader.kata import curriculum

ONE = by_number(1).file
WRONG_ONE = ("return group**levels", "return group * levels")
LOOPING_ONE = ("return group**levels", "while True: pass")


def solution(number: int, *changes: tuple[str, str]) -> str:
    """The text of a right answer, spoiled by replacements."""
    text = by_number(number).solution.read_text()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def folder(place: Path, files: dict[str, str]) -> Path:
    """A submission as a folder."""
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    return place


def zipped(place: Path, files: dict[str, str | bytes]) -> Path:
    """A submission as a zip."""
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return place


def notebook(place: Path, files: dict[str, str]) -> Path:
    """A submission as a notebook: a cell an answer, marked in its metadata, between cells that are not answers."""
    cells = [nbformat.v4.new_markdown_cell("# My answers"), nbformat.v4.new_code_cell("%matplotlib inline")]
    for name, text in files.items():
        grade_id = {"grade_id": name.removesuffix(".py"), "solution": True, "grade": False, "locked": False}
        metadata = {"nbgrader": grade_id, "kata": {"file": name}}
        cells.append(nbformat.v4.new_code_cell(text, metadata=metadata))
    place.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    return place


def small_class(place: Path, count: int) -> Path:
    """A class that answers exercise 1 only: every third right, wrong or not started."""
    for number in range(count):
        text = [solution(1), solution(1, WRONG_ONE), by_number(1).stub.read_text()][number % 3]
        folder(place / f"student{number + 1}", {ONE: text})
    return place


def whole_class(place: Path, changes: dict[str, dict[int, list[tuple[str, str]]]]) -> Path:
    """A class that answers everything; of each student, what is spoiled in which exercise."""
    for student, spoiled in changes.items():
        (place / student).mkdir(parents=True)
        for exercise in curriculum.exercises():
            text = solution(exercise.number, *spoiled.get(exercise.number, []))
            (place / student / exercise.file).write_text(text)
    return place


def gradebook(results: Path) -> dict[str, dict[str, str]]:
    """The gradebook's lines by student."""
    with (results / "gradebook.csv").open(newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def result(results: Path, student: str) -> dict[str, Any]:
    return json.loads((results / student / "result.json").read_text())


def without_seconds(results: Path) -> dict[str, str]:
    """Every file of a run, without what differs from run to run: seconds."""
    texts = {}
    for path in sorted(results.rglob("*")):
        if path.is_file() and path.name != ".lock":
            lines = path.read_text().splitlines()
            texts[str(path.relative_to(results))] = "\n".join(line for line in lines if '"seconds"' not in line)
    return texts
