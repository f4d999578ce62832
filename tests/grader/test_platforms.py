"""What the platforms of courses get: checked against the formats that they publish, and by running what they run."""

import base64
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from conftest import by_number, committed, copy_of_the_checkout, grade, spoil
from test_class_run import HIDDEN, SECRET

from grader.course import gradescope_archive, handout
from grader.kata import curriculum
from grader.reports.platforms import github, gradescope

OVER_TIME = (
    "x.reshape(batch, time // self.group, self.group * channels)",
    "x.transpose(1, 2).reshape(batch, time // self.group, self.group * channels)",
)
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
# Gradescope's "Autograder Specifications", section "Output format", as a schema: nothing else than it names.
GRADESCOPE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["score", "tests"],
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["score", "max_score", "name"],
                "properties": {
                    "score": {"type": "number"},
                    "max_score": {"type": "number"},
                    "status": {"enum": ["passed", "failed"]},
                    "name": {"type": "string"},
                    "number": {"type": "string"},
                    "output": {"type": "string"},
                    "output_format": FORMAT,
                    "visibility": VISIBILITY,
                },
            },
        },
        "leaderboard": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "value"],
                "properties": {
                    "name": {"type": "string"},
                    "value": {"type": ["number", "string"]},
                    "order": {"enum": ["asc", "desc"]},
                },
            },
        },
    },
}
# A workflow command that makes an annotation, as GitHub documents it: properties, then the message, on one line.
ANNOTATION = re.compile(r"::error file=(exercises/ex\d\d_\w+\.py),line=(\d+),title=([^,:\n]+)::([^\n]*)")


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout whose learner has exercise 1, a wrong exercise 5 and a raising exercise 2, and its result."""
    folder = copy_of_the_checkout(tmp_path_factory.mktemp("platforms"))
    for number in (1, 2, 5):
        shutil.copy(by_number(number).solution, folder / "exercises")
    spoil(folder / "exercises", 5, *OVER_TIME)
    spoil(folder / "exercises", 2, "np.tanh(", "np.no_such_thing(")
    grade("1", "2", "5", "6", "--json", "result.json", checkout_copy=folder)
    return folder


def result(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "result.json").read_text())


# ---- Gradescope ----


def test_gradescope_reads_every_check_with_its_part_of_the_points(graded: Path) -> None:
    done = grade("gradescope", "result.json", "--out", "results.json", checkout_copy=graded)
    assert done.returncode == 0, done.stderr
    written = json.loads((graded / "results.json").read_text())
    jsonschema.validate(written, GRADESCOPE)
    run = result(graded)
    checks = [(e["name"][:4], check) for e in run["exercises"] for check in e["checks"]]
    assert written["score"] == pytest.approx(run["points"])
    assert 0 < written["score"] < run["max_points"]
    assert sum(test["score"] for test in written["tests"]) == pytest.approx(written["score"])
    assert sum(test["max_score"] for test in written["tests"]) == pytest.approx(run["max_points"])
    assert [test["name"] for test in written["tests"]] == [f"{name}: {check['rule']}" for name, check in checks]
    numbers = [tuple(map(int, test["number"].split("."))) for test in written["tests"]]
    assert numbers == sorted(numbers)
    assert {test["visibility"] for test in written["tests"]} == {"visible"}
    for test, (_, check) in zip(written["tests"], checks, strict=True):
        assert (test["status"] == "passed") == (check["status"] == "passed")
        assert ("output" in test) == (check["status"] != "passed" or bool(check["stands_on"]))
    told = "\n".join(test.get("output", "") for test in written["tests"])
    assert "Likely cause (channels-over-time)" in told and "FlattenConsecutive(2)" in told
    assert "leaderboard" not in written


def test_bonus_points_are_on_the_leaderboard_and_no_part_of_the_score(graded: Path, tmp_path: Path) -> None:
    run = result(graded)
    extra = run["exercises"][0]
    extra["bonus"] = True
    run |= {"bonus": extra["points"], "max_bonus": extra["max_points"], "points": run["points"] - extra["points"]}
    (tmp_path / "bonus.json").write_text(json.dumps(run))
    done = grade("gradescope", tmp_path / "bonus.json", "--out", tmp_path / "out.json", checkout_copy=graded)
    assert done.returncode == 0, done.stderr
    written = json.loads((tmp_path / "out.json").read_text())
    jsonschema.validate(written, GRADESCOPE)
    assert written["score"] == pytest.approx(run["points"])
    assert written["leaderboard"] == [{"name": "Bonus", "value": extra["points"], "order": "desc"}]


def test_of_a_hidden_check_a_platform_learns_only_whether_it_passed(graded: Path, tmp_path: Path) -> None:
    run = result(graded)
    check = run["exercises"][0]["checks"][0] | {"hidden": True, "rule": "a secret rule"}
    run["exercises"][0]["checks"][0] = check
    (tmp_path / "hidden.json").write_text(json.dumps(run))
    for command in (["gradescope", "--out", tmp_path / "out.json"], ["github", "--summary", tmp_path / "out.md"]):
        done = grade(*command, tmp_path / "hidden.json", checkout_copy=graded)
        assert done.returncode == 0, done.stderr
        assert "secret rule" not in done.stdout
    assert "secret rule" not in (tmp_path / "out.json").read_text() + (tmp_path / "out.md").read_text()
    assert "A hidden check." in (tmp_path / "out.json").read_text()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is not a result"),
        ("[]", "is not a result"),
        ('{"exercises": 5}', "is not a result"),
        (None, "cannot be read"),
    ],
)
@pytest.mark.parametrize("command", ["gradescope", "github"])
def test_a_file_that_is_no_result_is_told_in_one_line(
    tmp_path: Path, command: str, text: str | None, reason: str
) -> None:
    if text is not None:
        (tmp_path / "result.json").write_text(text)
    done = grade(command, tmp_path / "result.json", cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and reason in done.stderr
    assert not (tmp_path / "results.json").exists()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `grade gradescope build` writes, of exercises 1, 5 and 7, unpacked as the platform does."""
    root = tmp_path_factory.mktemp("gradescope")
    kata = committed(copy_of_the_checkout(root / "kata"))
    chosen = handout.choose(curriculum.find(["1", "7"]))
    (root / "assignment.yaml").write_text(chosen.written())
    arguments = ("--assignment", root / "assignment.yaml", "--extra-index", "https://example.org/cpu")
    done = grade("gradescope", "build", root / "out.zip", *arguments, checkout_copy=kata)
    assert done.returncode == 0, done.stderr
    assert "set the assignment's points to 100" in done.stdout
    with zipfile.ZipFile(root / "out.zip") as file:
        assert {"setup.sh", "run_autograder"} <= set(file.namelist()), "at the root of the archive"
        file.extractall(root / "source")
        for entry in file.infolist():
            (root / "source" / entry.filename).chmod(entry.external_attr >> 16)
    return root


def test_the_archive_holds_executable_scripts_and_no_solution(archive: Path) -> None:
    for name in ("setup.sh", "run_autograder"):
        assert os.access(archive / "source" / name, os.X_OK)
        assert subprocess.run(["bash", "-n", archive / "source" / name], check=False).returncode == 0
        assert "{{" not in (archive / "source" / name).read_text()
    assert "PIP_EXTRA_INDEX_URL=https://example.org/cpu " in (archive / "source" / "setup.sh").read_text()
    assert not (archive / "source" / "kata" / "solutions").exists()
    assert (archive / "source" / "kata" / "grader" / "references.sealed").is_file()


@pytest.fixture
def autograder(archive: Path, tmp_path: Path) -> Path:
    """What the platform unpacks, with a submission of exercises 1 and 7, the latter wrong."""
    place = tmp_path / "autograder"
    shutil.copytree(archive / "source", place / "source")
    (place / "submission" / "somewhere").mkdir(parents=True)
    (place / "results").mkdir()
    (place / "venv").mkdir()
    (place / "venv" / "bin").symlink_to(Path(sys.executable).parent)
    for number in (1, 7):
        shutil.copy(by_number(number).solution, place / "submission" / "somewhere")
    spoil(place / "submission" / "somewhere", 7, "torch.tanh(", "torch.relu(")
    return place


def run_autograder(place: Path, more: str = "") -> dict[str, Any]:
    """Run the script as it is, but for the folder that the platform keeps everything in; return the results."""
    script = (place / "source" / "run_autograder").read_text().replace("/autograder", str(place))
    (place / "run_autograder").write_text(script.replace("--jobs 1", f"--jobs 1{more}"))
    environment = os.environ | {"PYTHONPATH": str(place / "source" / "kata")}
    done = subprocess.run(
        ["bash", place / "run_autograder"], cwd=place, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    written: dict[str, Any] = json.loads((place / "results" / "results.json").read_text())
    jsonschema.validate(written, GRADESCOPE)
    return written


def test_if_run_autograder_fails_the_student_reads_why(autograder: Path) -> None:
    written = run_autograder(autograder, f" --hidden {autograder}/source/exam/hidden")
    assert written["score"] == 0 and written["tests"] == []
    assert written["output"].startswith("Your submission could not be graded: the hidden checks in ")
    assert written["output"].endswith("The 0 is not a grade: tell your instructor, and hand in again.")


@pytest.mark.prove
def test_an_exam_is_built_with_its_seeds_and_hidden_checks(archive: Path, autograder: Path) -> None:
    """From the command to the result of a submission."""
    root, exam = archive, autograder / "source"
    (root / "secret").write_text(SECRET)
    (root / "hidden").mkdir()
    (root / "hidden" / f"test_{by_number(1).file}").write_text(HIDDEN)
    arguments = ("--assignment", root / "assignment.yaml", "--secret", root / "secret", "--hidden", root / "hidden")
    refused = grade("gradescope", "build", root / "no.zip", *arguments, "--seed", 3, checkout_copy=root / "kata")
    assert (refused.returncode, refused.stderr) == (2, "grade: --secret determines the seeds; omit --seed\n")
    seeded = grade("gradescope", "build", root / "seeded.zip", "1", "--seed", 3, checkout_copy=root / "kata")
    assert seeded.returncode == 0, seeded.stderr
    with zipfile.ZipFile(root / "seeded.zip") as file:
        assert " --seed 3 > " in file.read("run_autograder").decode()
    done = grade("gradescope", "build", root / "exam.zip", *arguments, checkout_copy=root / "kata")
    assert done.returncode == 0, done.stderr
    assert "set the assignment's points to 108" in done.stdout, "with those of the hidden check"
    shutil.rmtree(exam)
    with zipfile.ZipFile(root / "exam.zip") as file:
        file.extractall(exam)
    written = run_autograder(autograder)
    assert sum(test["max_score"] for test in written["tests"]) == pytest.approx(108)
    (hidden,) = (test for test in written["tests"] if test["name"] == "ex01: A hidden check.")
    assert (hidden["score"], hidden["max_score"]) == (8, 8)


@pytest.mark.prove
def test_run_autograder_grades_a_submission_into_results(autograder: Path) -> None:
    written = run_autograder(autograder)
    assert 0 < written["score"] < 100
    assert {test["name"][:4] for test in written["tests"]} == {"ex01", "ex07"}
    assert sum(test["max_score"] for test in written["tests"]) == pytest.approx(100)


def test_the_same_handout_gives_the_same_archive() -> None:
    made = handout.contents(handout.choose(curriculum.find(["5"])))
    assert gradescope_archive.archive(made) == gradescope_archive.archive(made)


# ---- GitHub ----


def test_github_annotates_the_learners_lines(graded: Path) -> None:
    environment = {"GITHUB_STEP_SUMMARY": str(graded / "summary.md"), "GITHUB_OUTPUT": str(graded / "output")}
    (graded / "summary.md").write_text("An earlier command of the step.\n")
    done = grade("github", "result.json", checkout_copy=graded, env=environment)
    assert done.returncode == 0, done.stderr
    found = [ANNOTATION.fullmatch(line) for line in done.stdout.splitlines()]
    assert found and all(found)
    first = {match[1]: match for match in reversed(found) if match}
    five = first[f"exercises/{by_number(5).file}"]
    lines = (graded / "exercises" / by_number(5).file).read_text().splitlines()
    assert lines[int(five[2]) - 1].startswith("    def forward(")
    assert "%0A" in five[4], "a message of several lines is one line"
    two = first[f"exercises/{by_number(2).file}"]
    lines = (graded / "exercises" / by_number(2).file).read_text().splitlines()
    assert "no_such_thing" in lines[int(two[2]) - 1]
    assert f"exercises/{by_number(6).file}" not in first, "what is not begun is no error"
    assert (graded / "summary.md").read_text().startswith("An earlier command of the step.\n# Feedback for")

    encoded = (graded / "output").read_text().removeprefix("result=")
    told = json.loads(base64.b64decode(encoded))
    run = result(graded)
    assert (told["version"], told["status"], told["max_score"]) == (1, "fail", pytest.approx(run["max_points"]))
    assert sum(test["score"] for test in told["tests"]) == pytest.approx(run["points"])
    assert {test["status"] for test in told["tests"]} == {"pass", "fail"}


@pytest.mark.sampled("8-")
@pytest.mark.parametrize(
    ("number", "old", "new", "line"),
    [
        (3, "int(fractions[0] * len(shuffled))", "round(fractions[0] * len(shuffled))", "def split_words("),
        (7, "bias=not normalize", "bias=True", "class Fusion("),
        (8, "return outputs", "return outputs[1:]", "    def level_outputs("),
        (12, "self.tree.output(node).squeeze(0)", "self.tree.output(node)", "    def step("),
    ],
)
def test_github_annotates_what_a_check_called_where_no_line_raised(
    solved: Path, tmp_path: Path, number: int, old: str, new: str, line: str
) -> None:
    spoiled = spoil(solved, number, old, new)
    grade(number, "--answers", solved, "--json", tmp_path / "result.json")
    archive = shutil.make_archive(str(tmp_path / "handed-in"), "zip", solved)
    (tmp_path / "elsewhere").mkdir()
    for answers in ([], ["--answers", archive]):
        done = grade("github", tmp_path / "result.json", *answers, cwd=tmp_path / "elsewhere")
        assert done.returncode == 0, done.stderr
        numbers = [int(found) for found in re.findall(r"^::error .*?,line=(\d+)", done.stdout, re.MULTILINE)]
        lines = spoiled.read_text().splitlines()
        assert line in {lines[at - 1][: len(line)] for at in numbers}, (done.stdout, numbers)
        assert 1 not in numbers


def test_outside_of_github_it_prints_and_writes_nothing_else(graded: Path, tmp_path: Path) -> None:
    without = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    done = grade("github", graded / "result.json", cwd=tmp_path, env=without)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_workflow_of_a_handout_grades_with_current_actions_and_needs_no_service() -> None:
    text = (handout.TEMPLATES / "workflow.yml").read_text()
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert used == ["actions/checkout@v6", "actions/setup-python@v6"]
    assert "classroom" not in text.lower()
    commands = [step["run"] for step in job["steps"] if step.get("name") in ("Grade", "Annotate and sum up")]
    for line in commands:
        words = line.split(" || ")[0].split()
        assert words[0] == "grade"
        known = grade(words[1], "--help") if not words[1].startswith("-") else grade("exercises", "--help")
        assert all(word in known.stdout for word in words if word.startswith("--")), line


@pytest.mark.parametrize("last", [0.1, 0.7, 13.2])
def test_scores_add_up_exactly_as_floats(last: float) -> None:
    points = [0.1, 0.2, 0.3, 13.4, 0.0, 7.7, 1 / 3, 2.2, 5.1, last] * 3
    added = 0.0
    for score in github.exact_scores(points):
        added += score
    assert added == round(sum(points), 3) or added == round(sum(round(each, 3) for each in points), 3)
    assert [score == 0 for score in github.exact_scores(points)] == [each == 0 for each in points]


def test_a_submission_that_could_not_be_graded_has_a_result_with_the_reason() -> None:
    said = "1 of 1\ngrade: the sandbox lacks landlock (unavailable: kernel 5.4); --accept-weak-sandbox grades without\n"
    written = gradescope.failed(said)
    jsonschema.validate(written, GRADESCOPE)
    assert "landlock (unavailable: kernel 5.4)" in written["output"] and written["score"] == 0


def test_an_archive_of_an_exam_holds_its_secret_and_hidden_checks_beside_the_kata() -> None:
    made = handout.contents(handout.choose(curriculum.find(["1"])))
    exam = gradescope_archive.Exam(None, b"a secret of an exam", (("test_ex01_receptive_field.py", b"x = 1\n"),))
    with zipfile.ZipFile(io.BytesIO(gradescope_archive.archive(made, exam=exam))) as archive:
        assert archive.read("exam/secret") == b"a secret of an exam"
        assert archive.getinfo("exam/secret").external_attr >> 16 == 0o100600
        assert archive.read("exam/hidden/test_ex01_receptive_field.py") == b"x = 1\n"
        script = archive.read("run_autograder").decode()
    assert " --secret /autograder/source/exam/secret --hidden /autograder/source/exam/hidden > " in script


@pytest.mark.parametrize(("offered", "status"), [("python3.11", 0), ("", 1)])
def test_setup_takes_a_newer_python_from_the_images_packages_or_says_that_there_is_none(
    tmp_path: Path, offered: str, status: int
) -> None:
    """In an image whose python3 is 3.10 and whose packages hold another one, or none."""
    tools, place = tmp_path / "bin", tmp_path / "autograder"
    (place / "source" / "kata").mkdir(parents=True)
    tools.mkdir()

    def tool(name: str, text: str) -> None:
        (tools / name).write_text(f"#!/bin/sh\n{text}\n")
        (tools / name).chmod(0o755)

    venv = f'if [ "$1" = -m ]; then mkdir -p {place}/venv/bin; cp {tools}/true {place}/venv/bin/python; fi; exit 0'
    tool("true", "exit 0")
    tool("python3", 'if [ "$1" = --version ]; then echo "Python 3.10.12"; exit 0; fi; exit 1')
    for version in ("3.13", "3.12", "3.11"):
        tool(f"python{version}", venv)
    there = f'*"{offered} "*) exit 0;;' if offered else ""
    tool("apt-get", f'case "$*" in {there} *python3.1*) exit 100;; esac')
    script = gradescope_archive.SCRIPTS.joinpath("setup.sh").read_text().replace("{{ pip_environment }}", "")
    (tmp_path / "setup.sh").write_text(script.replace("/autograder", str(place)))
    environment = {"PATH": f"{tools}:/usr/bin:/bin"}
    done = subprocess.run(["bash", tmp_path / "setup.sh"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    assert status == 0 or "this image has Python 3.10.12" in done.stderr


# ---- gradebooks ----


@pytest.mark.prove
def test_canvas_and_moodle_get_a_gradebook_that_they_import(tmp_path: Path) -> None:
    for student in ("ada@example.org", "bob"):
        (tmp_path / "week 3" / student).mkdir(parents=True)
    shutil.copy(by_number(1).solution, tmp_path / "week 3" / "ada@example.org")
    files = ("--canvas", tmp_path / "canvas.csv", "--moodle", tmp_path / "moodle.csv")
    done = grade("class", tmp_path / "week 3", "--out", tmp_path / "out", "--only", "1", *files)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "canvas.csv").open(newline="") as file:
        header, possible, *students = csv.reader(file)
    # Canvas's importer: "Student" and "ID" first, then the SIS columns, "Section" last of them, then assignments.
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "week 3"]
    assert "Points Possible" in possible[0] and possible[5] == "10"
    assert [(row[0], row[3], row[5]) for row in students] == [
        ("ada@example.org", "ada@example.org", "10"),
        ("bob", "bob", "0"),
    ]
    with (tmp_path / "moodle.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["Username"], row["Email address"], row["week 3"]) for row in rows] == [
        ("ada@example.org", "ada@example.org", "10"),
        ("bob", "", "0"),
    ]
    assert rows[1]["Feedback: week 3"].startswith("nothing started; nothing that was handed in counts")
    assert {row["Maximum grade"] for row in rows} == {"10"}
