"""`grade class`: what it writes, what it grades again, and that no end of it loses, doubles or halves anything."""

import contextlib
import csv
import json
import random
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import psutil
import pytest
from classes import (
    LOOPING_ONE,
    ONE,
    WRONG_ONE,
    folder,
    gradebook,
    notebook,
    result,
    small_class,
    solution,
    whole_class,
    without_seconds,
    zipped,
)
from conftest import by_number, grade, grade_process

from grader.base import paths
from grader.course import handout
from grader.kata import curriculum

SCHEMA = json.loads((paths.checkout().root / "grader" / "result.schema.json").read_text())
INTERLEAVED = (
    "x.reshape(batch, time // self.group, self.group * channels)",
    "x.transpose(1, 2).reshape(batch, time // self.group, self.group * channels)",
)


def class_run(submissions: Path, results: Path, *more: object, only: tuple[int, ...] = (1,), **options: object):
    chosen = [word for number in only for word in ("--only", number)]
    run = grade_process if options else grade
    return run("class", submissions, "--out", results, *chosen, *more, **options)


def test_a_class_gets_gradebook_results_feedback_and_summary(tmp_path: Path) -> None:
    place = whole_class(tmp_path / "class", {"ada": {}, "bob": {5: [INTERLEAVED]}})
    for other in ("ada", "bob"):
        texts = {path.name: path.read_text() for path in (place / other).iterdir()}
        zipped(place / f"{other} again.zip", dict(texts))
    folder(place / "cyd", {"essay.txt": "I was ill."})
    (place / "timetable.pdf").write_bytes(b"%PDF")
    chosen = [exercise for exercise in curriculum.exercises() if exercise.number in (1, 3, 5, 7, 13)]
    done = class_run(place, tmp_path / "out", only=tuple(exercise.number for exercise in chosen))
    assert done.returncode == 0, done.stderr
    assert "note: timetable.pdf: not graded; a submission is a folder, a .zip or an .ipynb" in done.stdout
    book = gradebook(tmp_path / "out")
    assert list(book) == ["ada", "ada again", "bob", "bob again", "cyd"]
    names = [exercise.name for exercise in chosen]
    assert list(book["ada"]) == [
        *("student", "points", "bonus", "by_hand", *names, "status", "submission", "seed", "sandbox"),
        *("max_points", "max_bonus", *(f"max_{name}" for name in names)),
        *("notes", "late", "attempt", "section", "login", "email", "id"),
    ]
    main = sum(exercise.points for exercise in chosen if not exercise.bonus)
    assert [book[name]["points"] for name in ("ada", "cyd")] == [f"{main:g}", "0"]
    assert [book[name]["bonus"] for name in ("ada", "cyd")] == ["10", "0"]
    assert (book["cyd"]["max_points"], book["cyd"]["max_bonus"]) == (f"{main:g}", "10")
    assert [float(book["cyd"][f"max_{exercise.name}"]) for exercise in chosen] == [e.points for e in chosen]
    assert (tmp_path / "out" / "gradebook-excel.csv").read_bytes().startswith(b"\xef\xbb\xbfstudent,")
    assert book["cyd"]["status"] == "nothing started"
    layers = result(tmp_path / "out", "ada")["sandbox"]["layers"]
    missing = [name for name, state in layers.items() if state != "on"]
    assert book["ada"]["sandbox"] == (f"without {', '.join(missing)}" if missing else "on")
    bob = result(tmp_path / "out", "bob")
    assert float(book["bob"]["points"]) == bob["points"] < main
    for student in book:
        jsonschema.validate(result(tmp_path / "out", student), SCHEMA)
        ignored = set(result(tmp_path / "out", student)["submission"]["ignored"])
        assert ignored == ({"essay.txt: only exNN_name.py files count"} if student == "cyd" else set())
    points = [
        [check["points"] for e in result(tmp_path / "out", s)["exercises"] for check in e["checks"]] for s in book
    ]
    assert points[0] == points[1] and points[2] == points[3], "a zip is graded as the folder that it holds"
    feedback = (tmp_path / "out" / "bob" / "feedback.md").read_text()
    assert feedback.count("graded with the reference solution for ex05_flatten_consecutive") == 1
    assert "layer = FlattenConsecutive" in feedback
    assert "essay.txt" in (tmp_path / "out" / "cyd" / "feedback.md").read_text()
    summary = (tmp_path / "out" / "summary.html").read_text()
    assert "5 submissions graded" in summary
    assert (tmp_path / "out" / "similarity.html").exists()


@pytest.mark.prove
def test_a_class_is_graded_from_any_folder_by_relative_paths(tmp_path: Path) -> None:
    place = small_class(tmp_path / "in", 2)
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "test_ex01_receptive_field.py").write_text(HIDDEN)
    done = class_run(Path(place.name), Path("out"), "--hidden", "hidden", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [row["points"] for row in gradebook(tmp_path / "out").values()] == ["12", "8.5"]


@pytest.mark.prove
def test_imports_of_the_checkouts_package_mean_the_students_own_files(tmp_path: Path) -> None:
    relative = "from .ex05_flatten_consecutive import FlattenConsecutive"
    absolute = {
        "ada": "from exercises.ex05_flatten_consecutive import FlattenConsecutive",
        "bob": "import exercises.ex05_flatten_consecutive as five; FlattenConsecutive = five.FlattenConsecutive",
        "cyd": "from exercises import ex05_flatten_consecutive as five; FlattenConsecutive = five.FlattenConsecutive",
    }
    place = tmp_path / "class"
    for student, line in absolute.items():
        texts = {5: solution(5), 6: solution(6), 7: solution(7, (relative, line))}
        folder(place / student, {by_number(number).file: text for number, text in texts.items()})
        notebook(place / f"{student}2.ipynb", {by_number(number).file: text for number, text in texts.items()})
    done = class_run(place, tmp_path / "out", only=(7,))
    assert done.returncode == 0, done.stderr
    assert {student: row["points"] for student, row in gradebook(tmp_path / "out").items()} == dict.fromkeys(
        [*absolute, *(f"{student}2" for student in absolute)], "15"
    )
    feedback = "".join(path.read_text() for path in (tmp_path / "out").glob("*/feedback.md"))
    assert "reference solution" not in feedback


@pytest.mark.prove
def test_feedback_says_that_a_breakpoint_was_skipped_and_how_to_stop_there(tmp_path: Path) -> None:
    text = solution(1, ("return group**levels", "breakpoint()\n    return group**levels"))
    folder(tmp_path / "class" / "ada", {ONE: text})
    notebook(tmp_path / "class" / "bob.ipynb", {ONE: text})
    assert class_run(tmp_path / "class", tmp_path / "out").returncode == 0
    for student, how in (("ada", "pytest -k ex01"), ("bob", "call your code in a cell")):
        assert result(tmp_path / "out", student)["points"] == 10
        feedback = (tmp_path / "out" / student / "feedback.md").read_text()
        assert f"breakpoint() is skipped while grading; to stop there: {how}" in feedback


def test_only_what_is_missing_new_or_changed_is_graded_again(tmp_path: Path) -> None:
    place, out = small_class(tmp_path / "class", 4), tmp_path / "out"
    assert "4 graded, 0 unchanged" in class_run(place, out).stdout
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file() and path.name != ".lock"}
    assert "0 graded, 4 unchanged" in class_run(place, out).stdout
    assert {path: path.stat().st_mtime_ns for path in before} == before, "nothing is written again"
    (place / "student2" / ONE).write_text(solution(1))
    notebook(place / "new.ipynb", {ONE: solution(1)})
    (out / "student3" / "result.json").unlink()
    (out / "student4" / "result.json").write_text("{}")
    assert "4 graded, 1 unchanged" in class_run(place, out).stdout
    assert gradebook(out)["student2"]["points"] == gradebook(out)["new"]["points"] == "10"
    refused(
        class_run(place, out, "--seed", 1), "were made with different options: seed 0 then, seed 1 now. Give the same"
    )
    assert "0 graded, 5 unchanged" in class_run(place, out).stdout
    assert "5 graded, 0 unchanged" in class_run(place, out, "--seed", 1, "--new-terms").stdout


def test_the_denominator_is_everybodys(tmp_path: Path) -> None:
    place = folder(tmp_path / "class", {})
    folder(place / "loops", {ONE: solution(1, LOOPING_ONE)})
    folder(place / "exits", {ONE: solution(1) + "\nimport os\nos._exit(0)\n"})
    folder(place / "empty", {"readme.md": ""})
    (place / "a broken.zip").write_bytes(b"PK\x03\x04")
    (place / "broken.ipynb").write_text("{")
    right = folder(place / "right", {ONE: solution(1)})
    done = class_run(place, tmp_path / "out", "--check-seconds", 1, "--submission-seconds", 1.5)
    assert done.returncode == 0, done
    results = {name: result(tmp_path / "out", name) for name in gradebook(tmp_path / "out")}
    assert len(results) == 6
    assert {r["max_points"] for r in results.values()} == {10}
    checks = {name: [c["name"] for c in r["exercises"][0]["checks"]] for name, r in results.items()}
    assert len({tuple(names) for names in checks.values()}) == 1
    assert results[right.name]["points"] == 10
    assert {c["status"] for c in results["loops"]["exercises"][0]["checks"]} >= {"timeout"}
    assert "(--submission-seconds)" in json.dumps(results["loops"])
    assert results["exits"]["points"] == 0
    book = gradebook(tmp_path / "out")
    assert book["a broken"]["status"].startswith("cannot be read: it is not a readable zip")
    assert book["broken"]["status"].startswith("cannot be read: it is not a readable notebook")
    assert "What was handed in could not be read" in (tmp_path / "out" / "a broken" / "feedback.md").read_text()


@pytest.mark.prove
def test_names_that_mean_harm_do_none(tmp_path: Path) -> None:
    place, out = tmp_path / "class", tmp_path / "out"
    names = ["=1+1", "gradebook.csv", "-rf", "a\nb", "\x1b[2Jx", "<b>x", "x" * 200, "ünï", "con", "`a`", "caf\udce9"]
    for name in names:
        place.mkdir(exist_ok=True)
        (place / name).mkdir()
        (place / name / ONE).write_text(solution(1))
    folder(place / "..x", {ONE: solution(1)})
    zipped(place / "ünï.zip", {ONE: solution(1, WRONG_ONE)})
    done = class_run(place, out)
    assert done.returncode == 0, done.stderr
    assert "11 graded" in done.stdout
    assert "note: ..x: not graded; a submission is a folder" in done.stdout
    assert "note: ünï: ünï, ünï.zip are read as one submission" in done.stdout
    folders = [path for path in out.iterdir() if path.is_dir()]
    assert len(folders) == 11
    assert all(re.fullmatch(r"[\w@+][\w @+.,()-]*", path.name) for path in folders)
    with (out / "gradebook.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 12
    assert not any(value.startswith(("=", "+", "@", "-")) for row in rows for value in row)
    assert [row[1] for row in rows].count("10") >= 10, "each is graded, and none by the answers of another"
    assert "<b>x" not in (out / "summary.html").read_text()
    assert "\x1b" not in "".join(path.read_text() for path in out.rglob("*.*") if path.is_file())
    assert "0 graded, 11 unchanged" in class_run(place, out).stdout


@pytest.mark.prove
def test_again_grades_one_anew_and_shows_what_changed(tmp_path: Path) -> None:
    place, out = small_class(tmp_path / "class", 3), tmp_path / "out"
    class_run(place, out)
    same = class_run(place, out, "--again", "student1")
    assert "student1: nothing changed: 10 points" in same.stdout
    assert "1 graded, 2 unchanged" in same.stdout
    (place / "student1" / ONE).write_text(solution(1, WRONG_ONE))
    other = class_run(place, out, "--again", "student1").stdout
    assert "student1: the submission has changed" in other
    assert re.search(r"student1: from 10 to [\d.]+ points", other)
    assert re.search(r"student1: ex01 test_\w+: passed \([\d.]+\) before, failed \(0\) now", other)
    unknown = class_run(place, out, "--again", "nobody")
    assert unknown.returncode == 2
    assert "grade: --again: there is no submission of 'nobody' in" in unknown.stderr


@pytest.mark.prove
def test_an_appeal_is_regraded_as_the_exam_was(tmp_path: Path) -> None:
    """On the same seeds and hidden checks, with all files of the student, as they were downloaded from Canvas."""
    late = ("return group**levels", "return group**levels + (levels > 3)")
    files = {f"lovelaceada_12345_678{n}_{by_number(n).file}": solution(n, *([late] if n == 1 else ())) for n in (1, 5)}
    place = folder(tmp_path / "class", files)
    folder(place / "bob", {ONE: solution(1)})
    (tmp_path / "secret").write_text(SECRET)
    exam = ("--secret", tmp_path / "secret", "--hidden", folder(tmp_path / "hidden", {f"test_{ONE}": HIDDEN}))
    assert class_run(place, tmp_path / "out", *exam, only=(1, 5)).returncode == 0
    before = result(tmp_path / "out", "lovelaceada")
    assert 0 < before["points"] < before["max_points"] == 27
    for named in ([next(iter(files))], list(files)):
        done = grade(*exam, *(place / name for name in named), 1, 5, "--json", tmp_path / "again.json")
        assert done.returncode == 1, done.stderr
        assert f"note: {', '.join(files)} are read as one submission" in done.stdout
        assert f"submission {before['submission']['digest'][:16]}" in done.stdout
        again = json.loads((tmp_path / "again.json").read_text())
        assert [verdicts(exercise) for exercise in again["exercises"]] == list(map(verdicts, before["exercises"]))


def verdicts(exercise: dict[str, Any]) -> list[tuple[str, str, float]]:
    return [(check["name"], check["status"], check["points"]) for check in exercise["checks"]]


@pytest.mark.prove
def test_an_appeal_is_one_students_and_has_the_classes_limits(tmp_path: Path) -> None:
    place = folder(tmp_path / "class", {f"ada/{ONE}": solution(1, LOOPING_ONE), f"bob/{ONE}": solution(1)})
    terms = tmp_path / "assignment.yaml"
    terms.write_text(handout.choose(curriculum.find(["1"])).written())
    both = grade("--assignment", terms, place / "ada", place / "bob")
    refused(both, "these are submissions of several students (ada, bob); regrade one at a time")
    few = ("--check-seconds", 1, "--submission-seconds", 1.5)
    done = grade("--assignment", terms, place / "ada", *few, "--json", tmp_path / "again.json")
    assert "(--submission-seconds)" in (tmp_path / "again.json").read_text(), done


def test_points_by_hand_are_on_top_and_visible(tmp_path: Path) -> None:
    place, out = small_class(tmp_path / "class", 3), tmp_path / "out"
    table = tmp_path / "by_hand.csv"
    table.write_text("student,exercise,points,reason\nstudent2,1,1.5,<b>nice</b> `proof`\nstudent2,ex01,1,late bus\n")
    class_run(place, out)
    before = float(gradebook(out)["student2"]["points"])
    assert "0 graded, 3 unchanged" in class_run(place, out, "--written-by-hand", table).stdout
    book = gradebook(out)
    assert float(book["student2"]["points"]) == before + 2.5 == float(book["student2"][by_number(1).name])
    assert (book["student2"]["by_hand"], book["student1"]["by_hand"]) == ("2.5", "0")
    feedback = (out / "student2" / "feedback.md").read_text()
    assert "+2.5 of them given by hand" in feedback
    assert "- ex01, +1.5: `` <b>nice</b> `proof` ``" in feedback
    assert result(out, "student2")["points"] == before, "the result stays what the checks found"
    refused(class_run(place, out), f"--written-by-hand {table} then, none now")
    class_run(place, out, "--new-terms")
    assert "by hand" not in (out / "student2" / "feedback.md").read_text()


def test_a_corrected_line_is_quoted_and_taken_with_new_terms(tmp_path: Path) -> None:
    place, out = small_class(tmp_path / "class", 2), tmp_path / "out"
    hand, roster, comments = (tmp_path / name for name in ("hand.csv", "roster.csv", "comments.csv"))
    hand.write_text("student,exercise,points,reason\nstudent2,1,1,late bus\nstudent1,total,-2,late\n")
    roster.write_text("name,section\nstudent1,A\nstudent2,A\n")
    comments.write_text("mistake,comment\nproduct-instead-of-power,See the board.\n")
    options = {"--written-by-hand": hand, "--roster": roster, "--comments": comments}
    every = [word for pair in options.items() for word in pair]
    class_run(place, out)
    assert class_run(place, out, *every).returncode == 0, "what only gradebook and feedback show may be added"
    for option, path in options.items():
        others = [word for other, value in options.items() if other != option for word in (other, value)]
        refused(class_run(place, out, *others), f"{option} {path} then, none now")
    hand.write_text("student,exercise,points,reason\nstudent1,total,-2,late\nstudent2,1,1.5,late bus\n")
    roster.write_text(roster.read_text() + "student3,B\n")
    comments.write_text(comments.read_text().replace("board", "book"))
    told = class_run(place, out, *every)
    refused(told, f'{hand} has changed (now: "student2, 1, 1.5, late bus", before: "student2, 1, 1, late bus")')
    refused(told, f'{roster} has changed (now: "student3, B")')
    refused(told, "See the board.")
    assert "See the board." in (out / "student2" / "feedback.md").read_text(), "nothing is written"
    done = class_run(place, out, *every, "--new-terms")
    assert f'note: new terms: {roster} has changed (now: "student3, B")' in done.stdout
    assert "0 graded, 2 unchanged" in done.stdout
    assert "See the book." in (out / "student2" / "feedback.md").read_text()
    assert class_run(place, out, *every).returncode == 0


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nobody,1,1,why", "line 2: there is no submission of 'nobody'"),
        ("student1,99,1,why", "there is no exercise '99'"),
        ("student1,5,1,why", "line 2: ex05_flatten_consecutive is not graded in this run"),
        ("student1,1,many,why", "line 2: 'many' is not a number of points"),
        ("student1,1,nan,why", "line 2: 'nan' is not a number of points"),
        ("student1,1,1,", "line 2: a reason is missing"),
        ("student1,,1,why", "line 2: the exercise is missing"),
        ("student1", "line 2: the exercise is missing"),
        ("student1,1,50,why", "line 2: 50 points by hand, and ex01_receptive_field has 10"),
        ("student1,1,9,why\nstudent1,1,2,more", "line 3: 11 points by hand, and ex01_receptive_field has 10"),
        ("student1,total,-11,why", "line 2: -11 points by hand, and the assignment has 10"),
    ],
)
def test_a_wrong_line_by_hand_is_named(tmp_path: Path, line: str, says: str) -> None:
    place = small_class(tmp_path / "class", 1)
    (tmp_path / "hand.csv").write_text(f"student,exercise,points,reason\n{line}\n")
    refused(class_run(place, tmp_path / "out", "--written-by-hand", tmp_path / "hand.csv"), says)


def refused(done: subprocess.CompletedProcess[str], says: str) -> None:
    assert done.returncode == 2, done
    assert done.stderr.startswith("grade: ") and done.stderr.count("\n") == 1, done.stderr
    assert says in done.stderr


def test_wrong_usage_gets_one_line(tmp_path: Path) -> None:
    place = small_class(tmp_path / "class", 1)
    (tmp_path / "none").mkdir()
    (tmp_path / "short").write_text("hunter2")
    (tmp_path / "columns.csv").write_text("who,what\n")
    (tmp_path / "hidden").mkdir()
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange" / "test_ex77_x.py").write_text("")
    out = tmp_path / "out"
    refused(class_run(tmp_path / "missing", out), "cannot be read: No such file or directory")
    refused(class_run(tmp_path / "none", out), "holds no submission")
    refused(class_run(zipped(tmp_path / "class.zip", {"ada/x": ""}), out), "is a file; name the folder")
    refused(class_run(place / "student1", out), "it looks like one submission: name the folder that it lies in")
    refused(class_run(place, out, "--compare-with", tmp_path / "missing"), "cannot be read: No such file or directory")
    (tmp_path / "empty.yaml").write_text("")
    refused(class_run(place, out, "--assignment", tmp_path / "empty.yaml"), "('points' is missing)")
    refused(class_run(place, out, "--assignment", tmp_path / "no"), "(No such file or directory)")
    refused(grade("--hidden", tmp_path / "hidden", "ada.zip"), "name its folder, zip or notebook; there is no ada.zip")
    refused(class_run(place, out, "--return", "moodle"), "no submission has a name that Moodle gave")
    refused(class_run(place, place / "out"), "is inside the submissions")
    refused(class_run(place, tmp_path / "short"), "cannot write to")
    refused(class_run(place, out, "--secret", tmp_path / "short"), "shorter than 16 bytes; make a new one")
    refused(class_run(place, out, "--secret", tmp_path / "no"), "cannot be read: No such file")
    refused(class_run(place, out, "--secret", tmp_path / "short", "--seed", 1), "omit --seed")
    refused(class_run(place, out, "--hidden", tmp_path / "hidden"), "contains no hidden checks")
    refused(class_run(place, out, "--hidden", tmp_path / "strange"), "does not belong to a graded exercise")
    refused(class_run(place, out, "--written-by-hand", tmp_path / "columns.csv"), "must begin with the line")
    refused(class_run(place, out, "--scheduler", "tcp://127.0.0.1:9", "--jobs", 2), "omit --jobs")
    assert not (out / "gradebook.csv").exists()
    out.mkdir(exist_ok=True)
    (out / "terms.json").write_text('{"exercises": [1], "limits": 3}')
    (out / ".lock").write_text("")
    refused(class_run(place, out), "terms.json is damaged: name another --out, or give --new-terms")


SECRET = "correct horse battery staple, 2026"
HIDDEN = '''"""Checks of an exam."""
import pytest
from hypothesis import given, strategies as st

from grader.language import call, same


@pytest.mark.worth(2)
@given(st.integers(3, 9))
def test_of_the_exam(answers, levels):
    """The field of {levels} levels is exact."""
    seen = answers.ex01_receptive_field.receptive_field
    same(call(seen, levels, 7), 7**levels)
'''.replace("{levels}", "`levels`")


@pytest.mark.prove
def test_an_exams_seeds_come_from_a_secret_that_is_never_written(tmp_path: Path) -> None:
    late = (
        "return group**levels",
        "return group**levels + (levels > 3)",
    )  # the first input that shows it is a random one
    place = folder(tmp_path / "class", {f"student{number}/{ONE}": solution(1, late) for number in (1, 2)})
    for name, text in (("secret", SECRET), ("same", SECRET + "\n"), ("other", SECRET[::-1])):
        (tmp_path / name).write_text(text)
    outs = {name: tmp_path / f"out {name}" for name in ("secret", "same", "other", "none")}
    for name, out in outs.items():
        class_run(place, out, *(("--secret", tmp_path / name) if name != "none" else ()))
    seeds = {name: gradebook(out)["student2"]["seed"] for name, out in outs.items()}
    assert seeds["secret"] == seeds["same"] != seeds["other"]
    assert re.fullmatch(r"hmac:[0-9a-f]{16}", seeds["secret"])
    assert seeds["none"] == "0"
    assert without_seconds(outs["secret"]) == without_seconds(outs["same"]), "the secret makes the same exam again"
    examples = {
        name: [check["example"] for check in result(out, "student2")["exercises"][0]["checks"]]
        for name, out in outs.items()
    }
    assert examples["secret"] != examples["other"]
    assert examples["secret"] != examples["none"]
    assert result(outs["secret"], "student2")["seed"] is None
    written = "".join(without_seconds(outs["secret"]).values())
    assert SECRET not in written
    from grader.course import grading_terms

    for name, seed in grading_terms.exam_seeds(SECRET.encode()):
        assert str(seed) not in written, name


@pytest.mark.prove
def test_hidden_checks_count_and_tell_nothing_of_their_inputs(tmp_path: Path) -> None:
    place = small_class(tmp_path / "class", 2)
    raising = ("return group**levels", "raise RuntimeError(f'I saw {levels} and {group}')")
    folder(place / "tells", {ONE: solution(1, raising)})
    hidden = folder(tmp_path / "hidden", {f"test_{ONE}": HIDDEN})
    out = tmp_path / "out"
    done = class_run(place, out, "--hidden", hidden)
    assert done.returncode == 0, done.stderr
    assert {name: row["points"] for name, row in gradebook(out).items()}["student1"] == "12"
    for student in ("student1", "student2", "tells"):
        data = result(out, student)
        jsonschema.validate(data, SCHEMA)
        assert data["max_points"] == 12
        (check,) = [check for check in data["exercises"][0]["checks"] if check.get("hidden")]
        assert (check["name"], check["max_points"]) == ("test_of_the_exam", 2)
        told = ("example", "expected", "got", "difference", "traceback", "mistake", "advice")
        assert {check[key] for key in told} == {None}
        assert (check["status"] == "passed") == (student == "student1")
    unnamed = (out / "student2" / "feedback.md").read_text()
    assert "- ✗ A hidden check. (0 of 2)" in unnamed
    assert "levels` levels is exact" not in unnamed
    assert "0 graded, 3 unchanged" in class_run(place, out, "--hidden", hidden, "--name-hidden").stdout
    named = (out / "student2" / "feedback.md").read_text()
    assert "- ✗ A hidden check: The field of `levels` levels is exact. (0 of 2)" in named
    refused(class_run(place, out, "--hidden", hidden), "--name-hidden then, not now")


@pytest.mark.prove
def test_hidden_checks_that_cannot_run_are_told_before_anything_is_graded(tmp_path: Path) -> None:
    place = small_class(tmp_path / "class", 2)
    broken = folder(tmp_path / "broken", {f"test_{ONE}": "import no_such_package\n"})
    refused(class_run(place, tmp_path / "out", "--hidden", broken), "No module named 'no_such_package'")
    wrong = folder(tmp_path / "wrong", {f"test_{ONE}": HIDDEN.replace("7**levels", "7**levels + 1")})
    refused(
        class_run(place, tmp_path / "out", "--hidden", wrong),
        "test_of_the_exam fails for the reference solution of ex01",
    )
    public = by_number(1).checks.read_text()
    name = re.search(r"def (test_\w+)", public)
    assert name
    twice = folder(tmp_path / "twice", {f"test_{ONE}": HIDDEN.replace("test_of_the_exam", name[1])})
    refused(class_run(place, tmp_path / "out", "--hidden", twice), f"are called {name[1]}: rename the hidden one")


@pytest.mark.prove
def test_a_hidden_check_that_would_not_count_is_told_before_anything_is_graded(tmp_path: Path) -> None:
    place = small_class(tmp_path / "class", 2)
    unmarked = HIDDEN + "\n\ndef test_without_a_mark(answers):\n    assert answers\n"
    for text, says in [
        (unmarked, f"test_without_a_mark in the hidden test_{ONE} would not count"),
        ("def exam(answers):\n    pass\n", f"the hidden test_{ONE} contains no check"),
        ("def test_exam(answers:\n", f"test_{ONE}, line 1 do not parse"),
    ]:
        hidden = folder(tmp_path / "hidden", {f"test_{ONE}": text})
        refused(class_run(place, tmp_path / "out", "--hidden", hidden), says)
        assert not (tmp_path / "out").exists()


@pytest.mark.prove
def test_files_that_no_run_wrote_are_not_replaced(tmp_path: Path) -> None:
    place = small_class(tmp_path / "class", 2)
    mine = folder(tmp_path / "mine", {"gradebook.csv": "mine\n", "ada/feedback.md": "well done\n"})
    refused(class_run(place, mine), "gradebook.csv was not written by grade class")
    answer, out, canvas = place / "student1" / ONE, tmp_path / "out", tmp_path / "canvas.csv"
    before = answer.read_bytes()
    refused(class_run(place, out, "--canvas", answer), "is inside the submissions")
    refused(class_run(place, out, "--canvas", out / "gradebook.csv"), "would be written twice")
    refused(class_run(place, out, "--canvas", canvas, "--moodle", canvas), "would be written twice")
    assert (answer.read_bytes(), (mine / "gradebook.csv").read_text()) == (before, "mine\n")
    assert class_run(place, out, "--canvas", canvas).returncode == 0
    assert class_run(place, out, "--canvas", canvas).returncode == 0, "its own file is written anew"


def test_every_run_and_the_summary_tell_all_notes(tmp_path: Path) -> None:
    place = small_class(tmp_path / "class", 1)
    folder(place / "eve", {"one.py": "x = 1\n"})
    folder(place / "may", {f"old/{ONE}": solution(1, WRONG_ONE), f"new/{ONE}": solution(1)})
    folder(place / "guy", {ONE: "import no_such_package\n"})
    folder(place / "uwe", {ONE: ""}).joinpath(ONE).write_bytes(b"# Gr\xf6\xdfe\n" + solution(1).encode())
    (place / "none").mkdir()
    (place / "bob.zip").write_text("no zip")
    (place / "tar.7z").write_text("7z")
    first, second = (class_run(place, tmp_path / "out").stdout for _ in range(2))
    summary = (tmp_path / "out" / "summary.html").read_text()
    for note in (
        "eve: nothing that was handed in counts (one.py: only exNN_name.py files count)",
        "none: nothing that was handed in counts (it is empty)",
        f"may: ex01: new/{ONE} is taken, not old/{ONE} (in a folder called old, backup or draft)",
        "guy: ex01 has 0 points: it imports the package",
        "uwe: ex01 has 0 points: ex01_receptive_field.py, line 1 is not UTF-8",
        "bob: 0 points: it is not a readable zip",
        "tar: 0 points: a .7z archive is not read; hand in a .zip",
    ):
        assert f"note: {note}" in first and f"note: {note}" in second
        assert note.partition(": ")[2].partition("`")[0] in summary
    assert "note: student1" not in first
    assert "8 unchanged" in second
    for page in ("feedback.md", "feedback.html"):
        told = (tmp_path / "out" / "may" / page).read_text()
        assert "Which of your files count" in told and f"new/{ONE} is taken, not old/{ONE}" in told
        assert "Which of your files count" not in (tmp_path / "out" / "student1" / page).read_text()
    assert gradebook(tmp_path / "out")["tar"]["points"] == "0"


def test_results_of_students_who_are_gone_are_moved_away_and_come_back(tmp_path: Path) -> None:
    place, out = small_class(tmp_path / "class", 3), tmp_path / "out"
    class_run(place, out)
    (place / "student2").rename(place / "renamed")
    said = class_run(place, out).stdout
    assert "submission missing, results moved to" in said and "1 graded, 2 unchanged" in said
    assert not (out / "student2").exists() and (out / "removed" / "student2" / "result.json").exists()
    (place / "renamed").rename(place / "student2")
    assert "0 graded, 3 unchanged" in class_run(place, out).stdout


def test_adjustments_of_the_total_are_in_the_points_and_in_the_feedback(tmp_path: Path) -> None:
    place, out = small_class(tmp_path / "class", 2), tmp_path / "out"
    (tmp_path / "hand.csv").write_text("student,exercise,points,reason\nstudent1,total,-2.5,three days late\n")
    class_run(place, out, "--written-by-hand", tmp_path / "hand.csv")
    row = gradebook(out)["student1"]
    assert (row["points"], row["by_hand"], row["ex01_receptive_field"]) == ("7.5", "-2.5", "10")
    assert "- total, -2.5: `three days late`" in (out / "student1" / "feedback.md").read_text()


@pytest.mark.prove
def test_results_of_more_exercises_are_not_replaced_by_those_of_fewer(tmp_path: Path) -> None:
    place = small_class(tmp_path / "class", 2)
    out = tmp_path / "out"
    assert class_run(place, out, only=(1, 5)).returncode == 0
    before = (out / "gradebook.csv").read_bytes()
    refused(class_run(place, out, only=(5,)), "were made with different options: exercises 1, 5 then, 5 now")
    assert (out / "gradebook.csv").read_bytes() == before


@pytest.mark.prove
def test_two_runs_never_write_to_one_folder_at_a_time(tmp_path: Path) -> None:
    place = small_class(tmp_path / "class", 30)
    first = started(place, tmp_path / "out")
    while not (tmp_path / "out" / ".lock").exists() or not list((tmp_path / "out").glob("*/result.json")):
        time.sleep(0.02)
    refused(class_run(place, tmp_path / "out"), "another grade class is running in")
    assert first.wait(120) == 0


@pytest.mark.prove
def test_ctrl_c_ends_it_at_once_and_the_next_run_goes_on(tmp_path: Path) -> None:
    place, out = small_class(tmp_path / "class", 30), tmp_path / "out"
    run = started(place, out)
    while not list(out.glob("*/result.json")):
        time.sleep(0.02)
    run.send_signal(signal.SIGINT)
    assert run.wait(30) == 130
    assert leftovers(out) == []
    kept = len(list(out.glob("*/result.json")))
    assert f"{30 - kept} graded, {kept} unchanged" in class_run(place, out).stdout


@pytest.mark.prove
def test_a_worker_that_is_killed_costs_nobody_a_point(tmp_path: Path) -> None:
    place, out = small_class(tmp_path / "class", 20), tmp_path / "out"
    run = started(place, out, "--jobs", 1)
    for killed in (1, 2):
        while len(list(out.glob("*/result.json"))) < 4 * killed:
            assert run.poll() is None
            time.sleep(0.02)
        for worker in psutil.Process(run.pid).children():
            worker.kill()
    assert run.wait(120) == 0
    book = gradebook(out)
    assert len(book) == 20
    assert {book[f"student{number}"]["points"] for number in range(1, 21, 3)} == {"10"}


@pytest.mark.prove
def test_a_full_disk_ends_it_in_one_line_and_the_next_run_goes_on(tmp_path: Path) -> None:
    place, out = small_class(tmp_path / "class", 6), tmp_path / "out"
    small = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))  # noqa: E731
    refused(class_run(place, out, preexec_fn=small), "File too large")
    assert leftovers(out) == []
    assert "unchanged" in class_run(place, out).stdout
    assert len(gradebook(out)) == 6


def started(place: Path, out: Path, *more: object) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-P", "-m", "grader", "class", place, "--out", out, "--only", 1, *more]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([str(word) for word in command], cwd=paths.checkout().root, start_new_session=True, **quiet)


def leftovers(out: Path) -> list[str]:
    """What a run may not leave behind: answers laid out, and files that were not moved to their place."""
    return [str(path) for path in out.rglob(".*") if path.name != ".lock"]


@pytest.mark.prove
@pytest.mark.parametrize("everything", [False, True], ids=["the command", "every process"])
def test_killed_at_random_moments_nothing_is_half_written_lost_or_doubled(tmp_path: Path, everything: bool) -> None:
    place, undisturbed, out = small_class(tmp_path / "class", 40), tmp_path / "undisturbed", tmp_path / "out"
    assert class_run(place, undisturbed).returncode == 0
    seen: dict[Path, int] = {}
    started_by_it: list[psutil.Process] = []
    chance = random.Random(int(everything))
    kills = 13 if everything else 12  # 25 together
    for _ in range(kills):
        run = started(place, out, "--jobs", chance.choice([1, 2, 3]))
        if chance.random() < 0.7:  # else it may die before it has begun
            wait_for_a_result(run, out, len(seen))
        time.sleep(chance.uniform(0.0, 0.4))
        kill(run, everything, started_by_it)
        for path in out.glob("*/result.json"):
            json.loads(path.read_text())
            assert (path.parent / "feedback.md").exists(), "where a result is, all is"
            assert seen.setdefault(path, path.stat().st_mtime_ns) == path.stat().st_mtime_ns, "graded twice"
    assert seen, "some results are there before the last run"
    kept = len(list(out.glob("*/result.json")))
    last = class_run(place, out)
    assert f"{40 - kept} graded, {kept} unchanged" in last.stdout, last
    assert without_seconds(out) == without_seconds(undisturbed)
    assert leftovers(out) == []
    assert psutil.wait_procs(started_by_it, timeout=20)[1] == [], "workers end when their supervisor is gone"


def wait_for_a_result(run: "subprocess.Popen[bytes]", out: Path, before: int) -> None:
    while run.poll() is None and len(list(out.glob("*/result.json"))) <= before:
        time.sleep(0.02)


def kill(run: "subprocess.Popen[bytes]", everything: bool, started_by_it: list[psutil.Process]) -> None:
    """Kill -9 a run, alone or with all that it started; what it started is remembered."""
    victims = []
    with contextlib.suppress(psutil.NoSuchProcess):
        children = psutil.Process(run.pid).children(recursive=True)
        started_by_it += children
        victims = children if everything else []
    run.kill()
    for victim in victims:
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.kill()
    run.wait(10)
