"""Commands on machines that are not ours: odd paths, other encodings, closed or full files, files in the way."""

import codecs
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run, by_number, committed, copy_of_the_checkout, grade_process

from grader.base import output, paths
from grader.base.shadowing import in_the_way
from grader.kata import curriculum

ODD_NAME = "ML [2026] 100% 'a' \"b\" äöü ({})"


def in_shell(command: str, folder: Path, **environment: str) -> Run:
    """A line that a shell runs, for what it redirects and limits; `grade` in it is that of the folder."""
    line = re.sub(r"\bgrade\b", lambda _: f"{shlex.quote(sys.executable)} -P -m grader", command)
    variables = os.environ | {"NO_COLOR": "1", "COLUMNS": "100", "PYTHONPATH": str(folder)} | environment
    return subprocess.run(
        ["bash", "-c", line],
        capture_output=True,
        encoding=environment.get("PYTHONIOENCODING", "utf-8"),
        env=variables,
        cwd=folder,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def oddly_placed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout on a path of 200 characters, some of which mean something to somebody."""
    place = tmp_path_factory.mktemp("odd") / ODD_NAME
    folder = copy_of_the_checkout(place.with_name(place.name + "x" * (200 - len(str(place)))))
    for number in (1, 5):
        (folder / "exercises" / by_number(number).file).write_text(by_number(number).solution.read_text())
    return folder


@pytest.mark.sampled("home")
@pytest.mark.parametrize("sandbox", ["", "--sandbox --accept-weak-sandbox"], ids=["home", "sandbox"])
def test_any_printable_path_will_do_and_output_that_is_not_utf8(oddly_placed: Path, sandbox: str) -> None:
    done = in_shell(f"grade 1 5 {sandbox} | cat", oddly_placed, PYTHONIOENCODING="cp1252")
    assert "ex05  Lay neighbours side by side  + passed" in done.stdout, done.stdout + done.stderr
    assert done.stderr == ""


WALK = """
grade list
grade demo
grade 1
grade hint
grade predict 1 < /dev/null
cp solutions/ex0[1-9]*.py solutions/ex10*.py exercises/
grade
grade flatten --verbose
timeout --preserve-status --signal=INT 10 grade watch < /dev/null
grade compare 5
grade cards < /dev/null
grade shapes anna
grade trace --print
grade trace depth --print
grade trace tree --print
grade explore
grade train --steps 50
grade race --help
grade report
grade challenge exercises/challenge.py --seconds 2
grade reset 5
grade update
grade notebook build kata.ipynb
grade completion bash
""".strip().splitlines()
ENDS = {"grade 1": 1, "grade": 1, "grade report": 1, "grade update": 2}  # not all passes; there is no newer version


@pytest.mark.prove
def test_a_learner_walks_through_the_readme_on_an_odd_path_with_output_in_cp1252(tmp_path: Path) -> None:
    table = paths.checkout().root.joinpath("README.md").read_text().partition("If you teach")[0]
    asked = set(re.findall(r"^\| `(grade \w+)", table, re.MULTILINE))
    assert {command for command in asked if not any(command in line for line in WALK)} == set()
    folder = committed(copy_of_the_checkout(tmp_path / ODD_NAME))
    for line in WALK:
        done = in_shell(f"set -o pipefail; {line} | cat", folder, PYTHONIOENCODING="cp1252")
        shown = f"{line}: {done.stdout}{done.stderr}"
        assert "Traceback" not in shown
        assert done.returncode in (ENDS.get(line, 0), 130), shown


def test_signs_that_ascii_lacks_have_a_stand_in(oddly_placed: Path) -> None:
    done = in_shell("grade list", oddly_placed, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()
    assert "* core" in done.stdout


def test_a_curve_in_braille_stays_a_curve_without_it() -> None:
    shown = "⠤⠤ tree  0.6 |⠀⠀⢀⠔⠁ ± 2"
    codecs.register_error("kata", output._in_ascii)
    assert shown.encode("ascii", "kata") == b".. tree  0.6 |  ... +/- 2"


def test_closed_input_and_output_are_no_reason_to_fail(oddly_placed: Path) -> None:
    for command in ("grade cards <&-", "grade trace <&-", "grade list <&- >&-"):
        done = in_shell(command, oddly_placed)
        assert "Traceback" not in done.stderr, command
        assert done.returncode in (0, 130), command


@pytest.mark.parametrize("command", ["grade list > /dev/full", "ulimit -f 0; grade 1 | cat; exit ${PIPESTATUS[0]}"])
def test_a_full_disk_is_told_in_one_line(oddly_placed: Path, command: str) -> None:
    done = in_shell(command, oddly_placed)
    assert done.returncode == 2, done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("grade: cannot write")


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("torch.py", "grade 5"),
        ("numpy/__init__.py", "grade 2"),
        ("random.py", "grade 2"),
        ("exercises/random.py", "cd exercises; python -m grader 2"),
        ("exercises/random.py", "cd exercises; python -m grader list"),
    ],
)
def test_a_file_with_the_name_of_a_library_is_named_as_the_cause(tmp_path: Path, file: str, command: str) -> None:
    folder = copy_of_the_checkout(tmp_path / "copy", "tests/grader", "tests/pictures")
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text("x = 1\n")
    done = in_shell(command.replace("python ", f"{shlex.quote(sys.executable)} "), folder)
    assert done.returncode == 2, done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("grade: ")
    assert file.removesuffix("/__init__.py") in line
    assert line.endswith("instead of a library with that name: rename it, then try again")


def test_files_beside_the_answers_shadow_nothing(tmp_path: Path) -> None:
    folder = copy_of_the_checkout(tmp_path / "copy", "tests/grader", "tests/pictures")
    for name in ("torch", "numpy", "random", "conftest"):
        (folder / "exercises" / f"{name}.py").write_text("raise SystemExit\n")
    (folder / "exercises" / by_number(2).file).write_text(by_number(2).solution.read_text())
    assert "6 of 6 points" in in_shell("cd exercises; grade 2", folder).stdout


def test_files_are_in_the_way_by_their_names(tmp_path: Path) -> None:
    for name in ("torch.py", "random.py", "conftest.py", "notes.py", "README.md"):
        (tmp_path / name).touch()
    (tmp_path / "numpy").mkdir()
    (tmp_path / "numpy" / "__init__.py").touch()
    (tmp_path / "data").mkdir()
    assert [path.name for path in in_the_way([tmp_path])] == ["conftest.py", "numpy", "random.py", "torch.py"]


def test_a_conftest_of_the_learners_own_changes_nothing(tmp_path: Path) -> None:
    folder = copy_of_the_checkout(tmp_path / "copy")
    (folder / "conftest.py").write_text("raise SystemExit\n")
    assert "ex01" in in_shell("grade 1", folder).stdout


WITHOUT_TORCH = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
sys.meta_path.insert(0, Absent())
"""


def test_without_torch_the_first_two_exercises_are_graded_and_the_others_named(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_TORCH)
    path = {"PYTHONPATH": str(tmp_path)}
    answers = curriculum.exercises()[0].solution.parent
    done = grade_process("--answers", answers, env=path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "note: torch is not installed here: ex03 to ex14 cannot be graded" in done.stdout
    assert "16 of 16 points" in done.stdout
    refused = grade_process("5", "--answers", answers, env=path)
    assert refused.returncode == 2
    assert refused.stderr.startswith("grade: torch is not installed here: ex05 cannot be graded")
