"""What students hand in as it comes, and what a teaching assistant expects to be taken: one table, before and after."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from classes import ONE, WRONG_ONE, folder, notebook, solution, zipped
from conftest import by_number

from grader.kata import containers, intake, notebook_cells, stubs

FIVE = by_number(5).file
RIGHT, OTHER = solution(5), solution(5).replace("self.group", "self.size")
STUB = stubs.stub(by_number(5))
HOUR = 3600.0


def aged(place: Path, hours: dict[str, float]) -> Path:
    """A submission whose files were changed so many hours ago."""
    for name, ago in hours.items():
        at = 1_800_000_000.0 - ago * HOUR
        os.utime(place / name, (at, at))
    return place


def cells(place: Path, *sources: str) -> Path:
    """A notebook of these code cells."""
    code = [nbformat.v4.new_code_cell(source) for source in sources]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=code)))
    return place


def marked(text: str) -> str:
    return notebook_cells.marked(FIVE, text)


def files(**texts: str) -> Callable[[Path], Path]:
    return lambda place: folder(place / "ada", texts)


def of(texts: dict[str, str]) -> Callable[[Path], Path]:
    return lambda place: folder(place / "ada", texts)


def packed(texts: dict[str, str]) -> Callable[[Path], Path]:
    return lambda place: zipped(place / "ada.zip", dict(texts))


def zip_in_zip(place: Path) -> Path:
    inner = zipped(place / "inner.zip", {f"lab/{FIVE}": RIGHT}).read_bytes()
    return zipped(place / "ada.zip", {"lab1.zip": inner})


def two_zips(place: Path) -> Path:
    ada = folder(place / "ada", {"notes.txt": ""})
    zipped(ada / "first.zip", {FIVE: RIGHT})
    zipped(ada / "second.zip", {ONE: solution(1)})
    return ada


def zip_and_notebook(place: Path) -> Path:
    ada = folder(place / "ada", {"notes.txt": ""})
    zipped(ada / "lab.zip", {ONE: solution(1)})
    cells(ada / "lab.ipynb", marked(RIGHT))
    return ada


def notebook_and_file(place: Path) -> Path:
    ada = folder(place / "ada", {ONE: solution(1)})
    notebook(ada / "lab.ipynb", {FIVE: RIGHT})
    return ada


def environment(name: str, told_by: str) -> Callable[[Path], Path]:
    def make(place: Path) -> Path:
        inside = {f"{name}/lib/python3.12/site-packages/torch/{n}.py": "x" for n in range(300)}
        return folder(place / "ada", {**inside, f"{name}/{told_by}": "", FIVE: RIGHT})

    return make


def whole_repository(place: Path) -> Path:
    kata = {f"grader/module{number}.py": "x" for number in range(240)}
    given = {f"exercises/{FIVE}": STUB, f"solutions/{FIVE}": by_number(5).solution.read_text()}
    tests = {f"tests/right/ex05_flatten_consecutive/{FIVE}": OTHER}
    return folder(place / "ada", {**kata, **given, **tests, f"my work/final/{FIVE}": RIGHT})


def large_zip(place: Path) -> Path:
    return zipped(place / "ada.zip", {"model.pt": os.urandom(30 << 20), FIVE: RIGHT})


def newest(place: Path) -> Path:
    ada = folder(place / "ada", {f"b/{FIVE}": OTHER, f"a/{FIVE}": RIGHT})
    return aged(ada, {f"b/{FIVE}": 5, f"a/{FIVE}": 1})


def utf_16(place: Path) -> Path:
    ada = folder(place / "ada", {FIVE: STUB})
    (ada / "new").mkdir()
    (ada / "new" / FIVE).write_bytes(RIGHT.encode("utf-16"))
    return ada


def exact_before_newest(place: Path) -> Path:
    ada = folder(place / "ada", {FIVE: RIGHT, "ex05_flatten_consecutive (1).py": OTHER})
    return aged(ada, {FIVE: 5, "ex05_flatten_consecutive (1).py": 1})


COPY = "ex05_flatten_consecutive copy.py"
COLAB = "from google.colab import drive\nimport torch\n\ndrive.mount('/content/drive')\n\n\n"
# How the submission is made; the note that an instructor reads (None: none), where the right answer counts; and what
# counted before, at commit d583095.
TABLE: dict[str, tuple[Callable[[Path], Path], str | None, str]] = {
    "a test beside it": (of({FIVE: RIGHT, "ex05_my_test.py": "import unittest\n"}), None, "0 points: two files"),
    "an old version beside it": (
        of({FIVE: RIGHT, "ex05_old.py": OTHER}),
        "not ex05_old.py (not the exact name)",
        "0 points: two files",
    ),
    "a copy beside it": (of({FIVE: RIGHT, COPY: OTHER}), f"not {COPY} (not the exact name)", "right"),
    "an identical backup": (
        of({FIVE: RIGHT, "ex05_flatten_consecutive_backup.py": RIGHT}),
        None,
        "0 points: two files",
    ),
    "two attempts": (of({f"attempt 1/{FIVE}": OTHER, f"attempt 2/{FIVE}": RIGHT}), "attempt 2/", "the other"),
    "ten attempts": (of({f"attempt 9/{FIVE}": OTHER, f"attempt 10/{FIVE}": RIGHT}), "attempt 10/", "right"),
    "draft and final": (of({f"draft/{FIVE}": OTHER, f"final/{FIVE}": RIGHT}), "old, backup or draft", "the other"),
    "old and new": (of({f"new/{FIVE}": RIGHT, f"old/{FIVE}": OTHER}), "old, backup or draft", "right"),
    "the newest": (newest, f"not b/{FIVE} (older)", "right"),
    "the exact name before the newest": (exact_before_newest, "not the exact name", "right"),
    "a stub above the work": (of({FIVE: STUB, f"my work/{FIVE}": RIGHT}), "(an untouched stub)", "the stub"),
    "a stub of the exact name": (of({FIVE: STUB, "ex5.py": RIGHT}), "ex5.py counts as", "the stub"),
    "a whole repository": (whole_repository, "(an untouched stub)", "the stub"),
    "a browser's copy": (of({"ex05_flatten_consecutive (1).py": RIGHT}), "counts as", "nothing"),
    "a platform's version": (of({"ex05_flatten_consecutive-1.py": RIGHT}), "counts as", "nothing"),
    "a text file": (of({"ex05_flatten_consecutive.py.txt": RIGHT}), "counts as", "nothing"),
    "the number alone": (of({"ex5.py": RIGHT}), "ex5.py counts as", "nothing"),
    "upper case": (of({"EX05_FLATTEN_CONSECUTIVE.PY": RIGHT}), "counts as", "nothing"),
    "spaces": (of({"Ex05 Flatten Consecutive.py": RIGHT}), "counts as", "nothing"),
    "another name alone": (
        of({"ex05_ada.py": RIGHT}),
        "ex05_ada.py counts as",
        "nothing: ex05_ada.py belongs to no exercise",
    ),
    "a student's name before it": (of({"ada_ex05_flatten_consecutive.py": RIGHT}), "counts as", "nothing"),
    "words before the number": (of({"my ex05.py": RIGHT}), "counts as", "nothing"),
    "a test named after it alone": (
        of({"ex5.py": RIGHT, "test_ex05.py": "from ex5 import *\n"}),
        "ex5.py counts as",
        "nothing",
    ),
    "a text file without py": (of({"ex05_flatten_consecutive.txt": RIGHT}), "counts as", "nothing"),
    "no ending": (of({"ex05_flatten_consecutive": RIGHT}), "counts as", "nothing"),
    "a browser's ending": (of({"ex05_flatten_consecutive.py.download": RIGHT}), "counts as", "nothing"),
    "another exercise's code in it": (of({FIVE: RIGHT, "ex05_flatten_consecutive (1).py": "x = 1\n"}), None, "right"),
    "what macOS keeps beside it": (of({FIVE: RIGHT, f"._{FIVE}": "\0\5\x16\7"}), None, "right"),
    "a stub beside UTF-16": (utf_16, "is UTF-16 and is read as if", "the stub"),
    "written by a cell": (lambda place: cells(place / "ada.ipynb", f"%%writefile {FIVE}\n{RIGHT}"), None, "nothing"),
    "Canvas inside a folder": (
        of({"lovelaceada_12345_67890_ex05_flatten_consecutive-1.py": RIGHT}),
        "counts as",
        "nothing",
    ),
    "a zip of an old Windows": (packed({f"lab\\{FIVE}": RIGHT}), None, "nothing"),
    "a zip in a zip": (zip_in_zip, None, "nothing"),
    "two zips": (two_zips, None, "nothing"),
    "a zip and a notebook": (zip_and_notebook, None, "nothing"),
    "a notebook and a file": (notebook_and_file, None, "nothing of the notebook"),
    "a Colab cell": (
        lambda place: cells(place / "ada.ipynb", marked(COLAB + RIGHT)),
        "lines for Google Colab",
        "0 points: no package google",
    ),
    "a stub below the answer": (
        lambda place: cells(place / "ada.ipynb", marked(RIGHT), marked(STUB)),
        "the edited cell counts",
        "the stub below it",
    ),
    "an environment": (environment(".venv", "x"), None, "right"),
    "an environment by another name": (
        environment("torch stuff", "pyvenv.cfg"),
        None,
        "right, with 51 lines of what is left",
    ),
    "a large zip": (large_zip, None, "nothing"),
}


@pytest.mark.parametrize("case", TABLE)
def test_the_work_is_taken_whatever_it_is_wrapped_in(tmp_path: Path, case: str) -> None:
    make, note, _ = TABLE[case]
    taken = intake.take(make(tmp_path))
    assert taken.problem is None
    text = taken.answers[FIVE].decode()
    if case == "a Colab cell":
        assert "# from google.colab import drive\n" in text and "# drive.mount(" in text
        text = text[len(COLAB) + len("# # ") :]
    if case == "a stub below the answer":
        assert text.endswith(RIGHT)
        text = RIGHT
    assert text == RIGHT
    assert len(taken.ignored) <= 6, taken.ignored
    if note is None:
        assert taken.notes == ()
    else:
        assert any(note in line for line in taken.notes), taken.notes
    for other in ("two zips", "a zip and a notebook", "a notebook and a file"):
        if case == other:
            assert taken.answers[ONE].decode() == solution(1)


def test_what_is_taken_from_a_copy_of_the_whole_folder_is_one_note(tmp_path: Path) -> None:
    both = {ONE: solution(1), FIVE: RIGHT}
    given = {name: stubs.stub(by_number(int(name[2:4]))) for name in both}
    place = folder(
        tmp_path / "ada", {f"lab/{n}": t for n, t in given.items()} | {f"mine/{n}": t for n, t in both.items()}
    )
    taken = intake.take(place)
    assert {name: text.decode() for name, text in taken.answers.items()} == both
    assert taken.notes == ("ex01, ex05: taken from mine/, not from lab/ (an untouched stub)",)


def test_two_parts_of_one_submission_are_read_together(tmp_path: Path) -> None:
    first = folder(tmp_path / "dup", {ONE: solution(1)})
    second = zipped(tmp_path / "dup.zip", {FIVE: RIGHT})
    assert set(intake.take(first, second).answers) == {ONE, FIVE}


def test_a_newer_canvas_version_wins(tmp_path: Path) -> None:
    names = [f"lovelaceada_12345_6789{n}_ex05_flatten_consecutive{v}.py" for n, v in ((0, ""), (1, "-1"), (2, "-2"))]
    parts = [folder(tmp_path, {name: text}) / name for name, text in zip(names, (OTHER, STUB, RIGHT), strict=True)]
    taken = intake.take(*parts)
    assert taken.answers == {FIVE: RIGHT.encode()}
    assert any("(older)" in note for note in taken.notes)


def test_a_zip_that_does_not_say_that_its_names_are_utf8_shows_them_right(tmp_path: Path) -> None:
    data = zipped(tmp_path / "ada.zip", {f"joerg/{FIVE}": RIGHT}).read_bytes()
    (tmp_path / "ada.zip").write_bytes(data.replace(b"joerg/", "jörg/".encode()))
    assert list(intake.take(tmp_path / "ada.zip").places.values()) == [f"jörg/{FIVE}"]


@pytest.mark.parametrize("suffix", containers.OTHER_ARCHIVES)
def test_an_archive_that_is_not_read_has_a_reason(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"ada{suffix}").write_bytes(b"7z")
    assert intake.take(tmp_path / f"ada{suffix}").problem == f"a {suffix} archive is not read; hand in a .zip"
    inside = intake.take(folder(tmp_path / "ada", {f"lab{suffix}": ""}))
    assert inside.ignored == (f"lab{suffix}: a {suffix} archive is not read; hand in a .zip",)


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"work.rar": "Rar!"}, "work.rar: a .rar archive is not read; hand in a .zip"),
        ({"lab.ipynb": "{"}, "lab.ipynb: it is not a readable notebook"),
        ({"lab.ipynb": ""}, "lab.ipynb: it is empty"),
    ],
)
def test_what_may_be_lost_beside_work_that_is_taken_is_noted(tmp_path: Path, other: dict[str, str], says: str) -> None:
    taken = intake.take(folder(tmp_path / "ada", {ONE: solution(1), **other}))
    assert set(taken.answers) == {ONE}
    (note,) = taken.notes
    assert note.startswith(says)
    assert not any(says in left for left in taken.ignored), "told once"


def test_an_answer_cell_without_its_mark_is_noted_unless_the_exercise_is_answered(tmp_path: Path) -> None:
    place = cells(tmp_path / "ada.ipynb", notebook_cells.marked(ONE, solution(1)), RIGHT)
    (note,) = intake.take(place).notes
    assert note.startswith("ada.ipynb: a cell that defines FlattenConsecutive: not marked")
    place = cells(tmp_path / "bob.ipynb", marked(RIGHT), RIGHT)
    assert intake.take(place).notes == ()


def test_prose_that_is_named_after_an_exercise_is_no_answer(tmp_path: Path) -> None:
    texts = {"ex05.txt": "FlattenConsecutive is hard", "ex05_flatten_consecutive.md": "# FlattenConsecutive"}
    assert intake.take(folder(tmp_path / "ada", texts)).answers == {}


def test_a_changed_stub_is_work_and_an_unchanged_one_with_comments_is_not(tmp_path: Path) -> None:
    half = re.sub(r"# Your code goes here.*\n\s*raise .*", "self.group = group", STUB, count=1)
    commented = STUB + "# I was ill.\n"
    place = folder(tmp_path / "ada", {FIVE: commented, f"b/{FIVE}": half})
    assert intake.take(place).answers == {FIVE: half.encode()}
    wrong = solution(1, WRONG_ONE)
    assert intake.take(folder(tmp_path / "bob", {ONE: wrong})).answers == {ONE: wrong.encode()}
