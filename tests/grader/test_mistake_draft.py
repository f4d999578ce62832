"""`grade mistakes draft`: the changes reproduce the answer, and an unfinished draft cannot be used."""

import ast
import re
from pathlib import Path

import pytest
import yaml
from conftest import by_number, grade, spoil, wrong_answers
from known_answers import variants

from grader.base import paths
from grader.base.errors import UsageError
from grader.course import mistake_draft
from grader.kata import curriculum, mistakes
from grader.kata.curriculum import Exercise

FIVE = by_number(5)


def functions(code: str) -> dict[str, tuple[str, ...]]:
    found = mistake_draft._functions(ast.parse(code))
    return {name: mistake_draft._code(function) for name, function in found.items()}


@pytest.mark.parametrize("exercise", curriculum.exercises(), ids=lambda exercise: exercise.short)
def test_the_changes_turn_the_solution_into_the_answer(exercise: Exercise) -> None:
    solution = exercise.solution.read_text("utf-8")
    answers = {label: m.code(solution, way) for m in mistakes.of(exercise) for way, label in enumerate(m.labels)}
    answers |= {variant.name: variant.code for variant in variants(exercise)} | wrong_answers(exercise)
    for name, answer in answers.items():
        changes, code = mistake_draft.drafted(solution, answer)
        assert functions(answer).items() <= functions(code).items(), name
        assert changes, name
    assert mistake_draft.drafted(solution, solution)[0] == []


def test_a_draft_is_a_mistake_file_once_its_texts_are_written(solved: Path, tmp_path: Path) -> None:
    path = spoil(solved, 5, "return joined.squeeze(1)", "return 3 * joined.squeeze(1)")
    path.write_bytes(f"# -*- coding: latin-1 -*-\n# für mich\n{path.read_text()}".encode("latin-1"))
    file = tmp_path / "three-times.yaml"
    done = grade("mistakes", "draft", 5, "--answers", solved, "--out", file)
    assert done.returncode == 0, done.stderr
    assert "write says, looks_right and advice" in done.stdout
    assert "make footprints ARGS=ex05; grade verify ex05" in done.stdout
    text = file.read_text("utf-8")
    assert "# fails test_" in text and "FlattenConsecutive" in text
    with pytest.raises(UsageError, match="is damaged"):
        mistakes.read(FIVE, "three-times", text)
    written = re.sub(r"^(says|looks_right|advice):$", r"\1: It is.", text, flags=re.MULTILINE)
    solution = FIVE.solution.read_text("utf-8")
    code = mistakes.read(FIVE, "three-times", written).code(solution)
    assert functions(code) == functions(path.read_text("latin-1"))
    assert len(yaml.safe_load(text)["change"]) == 1
    again = grade("mistakes", "draft", 5, "--answers", solved, "--out", file)
    assert (again.returncode, again.stdout) == (2, "")
    assert "already exists; choose another file with --out" in again.stderr


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("joined", "joined", "ex05_flatten_consecutive.py passes every check: there is no mistake to draft"),
        ("return joined.squeeze(1)", "return joined", "ex05_flatten_consecutive.py fails for a known reason: "),
        ("def forward(", "def forward((", "does not parse"),
    ],
    ids=["right", "known", "syntax"],
)
def test_where_there_is_nothing_to_draft_it_says_why(
    solved: Path, tmp_path: Path, old: str, new: str, says: str
) -> None:
    path = solved / FIVE.file
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    done = grade("mistakes", "draft", 5, "--answers", solved, "--out", tmp_path / "x.yaml")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done
    assert says in done.stderr
    assert not (tmp_path / "x.yaml").exists()
    assert not list(paths.checkout().root.glob("ex05-new-mistake.yaml"))
