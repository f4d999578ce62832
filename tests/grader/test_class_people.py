"""Who is who in a class: names that platforms give, the class list, files for Canvas and Moodle, feedback to return."""

import csv
import io
import subprocess
import sys
import unicodedata
import zipfile
from pathlib import Path

import pytest
from classes import ONE, folder, notebook, solution, zipped

from grader.base import paths
from grader.base.errors import UsageError
from grader.base.results import ByHand, Check, CheckResult, ExerciseResult, Finding, Origin, RunResult
from grader.course import gradebook, platform_gradebooks, platform_names, returning, roster
from grader.course.entries import Entry, HandedIn, entries
from grader.course.results_folder import FEEDBACK_PAGE
from grader.kata import curriculum, intake

MOODLE = "Ada Lovelace_12345_assignsubmission_file_"
CHOSEN = curriculum.exercises()[:1]
ROSTER = """name,login,e-mail,LMS id,section
Ada Lovelace,ada,ada@example.org,501,A
"Byron, Lord",byron,lord@example.org,4711,B
Grace Hopper,grace,grace@example.org,503,A
Alan Turing,turing,alan@example.org,504,B
"""


def class_list(place: Path, text: str = ROSTER) -> tuple[roster.Person, ...]:
    (place / "roster.csv").write_text(text)
    return roster.read(place / "roster.csv")


def names(found: HandedIn) -> list[str]:
    return [entry.student for entry in found.entries]


def only(found: HandedIn) -> Entry:
    (entry,) = found.entries
    return entry


def result(entry: Entry, points: float = 10.0) -> RunResult:
    check = CheckResult(Check("test_a", "A rule.", points, ()), Finding("passed"))
    (one,) = CHOSEN
    exercise = ExerciseResult(one.name, one.title, one.core, one.bonus, (check,))
    return RunResult(entry.student, 0, 1.0, (exercise,), Origin(entry.student, "0" * 64, "0" * 64, "0"))


def test_the_case_of_an_ending_does_not_matter(tmp_path: Path) -> None:
    place = tmp_path / "class"
    place.mkdir()
    zipped(place / "ADA.ZIP", {ONE: solution(1)})
    notebook(place / "BOB.IPYNB", {ONE: solution(1)})
    found = entries(place)
    assert names(found) == ["ADA", "BOB"]
    assert found.notes == ()
    assert [list(intake.take(*entry.paths).answers) for entry in found.entries] == [[ONE], [ONE]]


def test_moodles_name_and_number_are_split_off_and_its_online_text_is_skipped(tmp_path: Path) -> None:
    folder(tmp_path / MOODLE, {ONE: solution(1)})
    folder(tmp_path / MOODLE.replace("file", "onlinetext"), {"onlinetext.html": "See my file."})
    entry = only(entries(tmp_path))
    assert (entry.student, entry.platform_id, len(entry.paths)) == ("Ada Lovelace", "12345", 1)
    assert set(intake.take(*entry.paths).answers) == {ONE}


def test_who_only_typed_into_moodles_form_has_a_row(tmp_path: Path) -> None:
    folder(tmp_path / MOODLE.replace("file", "onlinetext"), {"onlinetext.html": "I was ill."})
    taken = intake.take(*only(entries(tmp_path)).paths)
    assert taken.notes == ("nothing that was handed in counts (onlinetext.html: only exNN_name.py files count)",)


def test_two_of_one_name_on_moodle_stay_two(tmp_path: Path) -> None:
    for number in (1, 2):
        folder(tmp_path / MOODLE.replace("12345", str(number)), {ONE: solution(1)})
    assert names(entries(tmp_path)) == ["Ada Lovelace (1)", "Ada Lovelace (2)"]


def test_canvas_files_are_grouped_by_student_with_late_mark_and_attempt(tmp_path: Path) -> None:
    (tmp_path / f"lovelaceada_12345_67890_{ONE}").write_text(solution(1))
    (tmp_path / "lovelaceada_12345_67891_ex05_flatten_consecutive-1.py").write_text(solution(5))
    zipped(tmp_path / "byron_LATE_4711_99887766_lab1-1.zip", {ONE: solution(1)})
    byron, ada = entries(tmp_path).entries
    assert (ada.student, ada.platform_id, ada.late, ada.attempt) == ("lovelaceada", "12345", False, 2)
    assert (byron.student, byron.platform_id, byron.late, byron.attempt) == ("byron", "4711", True, 2)
    assert sorted(name[:4] for name in intake.take(*ada.paths).answers) == ["ex01", "ex05"]


def test_gradescopes_metadata_tell_who_it_is(tmp_path: Path) -> None:
    folder(tmp_path / "submission_123", {ONE: solution(1)})
    folder(tmp_path / "submission_124", {ONE: solution(1)})
    person = "  - :name: {}\n    :sid: '{}'\n    :email: {}\n"
    ada, bob = (
        person.format("Ada Lovelace", 1, "ada@example.org"),
        person.format("Bob Odenkirk", 2, "bob@example.org"),
    )
    told = f"submission_123:\n  :submitters:\n{ada}submission_124:\n  :submitters:\n{ada}{bob}"
    (tmp_path / platform_names.METADATA).write_text(told)
    first, both = entries(tmp_path).entries
    assert (first.student, first.person.email, first.person.id) == ("Ada Lovelace", "ada@example.org", "1")
    assert both.student == "Ada Lovelace and Bob Odenkirk"
    people = class_list(tmp_path, "name,sid\nAda Lovelace,1\nOdenkirk Bob,2\nCyd Charisse,3\n")
    (tmp_path / "roster.csv").unlink()
    found = entries(tmp_path, people)
    assert names(found) == ["Ada Lovelace", "Odenkirk Bob"], "who hands in as one of a group has a row"
    assert [entry.student for entry in found.absent] == ["Cyd Charisse"]
    (tmp_path / platform_names.METADATA).write_text("]")
    assert names(entries(tmp_path)) == ["submission_123", "submission_124"]


def test_clones_from_github_are_called_after_the_login(tmp_path: Path) -> None:
    for name in ("lab-1-ada", "lab-1-bob-b"):
        folder(tmp_path / name, {ONE: solution(1), ".git/HEAD": ""})
    assert names(entries(tmp_path)) == ["ada", "bob-b"]
    folder(tmp_path / "other-cyd", {ONE: solution(1)})
    assert "other-cyd" in names(entries(tmp_path))


def test_a_folder_and_a_zip_of_one_name_are_one_student(tmp_path: Path) -> None:
    folder(tmp_path / "dup", {ONE: solution(1)})
    zipped(tmp_path / "dup.zip", {"ex05_flatten_consecutive.py": solution(5)})
    found = entries(tmp_path)
    assert sorted(name[:4] for name in intake.take(*only(found).paths).answers) == ["ex01", "ex05"]
    assert found.notes == ("dup: dup, dup.zip are read as one submission",)


@pytest.mark.parametrize("name", ["ada.7z", "ada.tar.gz", "ada.py"])
def test_what_cannot_be_read_has_a_row(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x = 1\n")
    entry = only(entries(tmp_path))
    assert entry.student == "ada"
    taken = intake.take(*entry.paths)
    assert taken.problem or taken.notes


@pytest.mark.parametrize(
    "name",
    [
        "ada",
        "ada@example.org",
        "501",
        "Ada Lovelace",
        "Lovelace, Ada",
        "LOVELACE ADA",
        "lab1-ada",
        MOODLE,
    ],
)
def test_the_class_list_knows_a_student_by_many_names(tmp_path: Path, name: str) -> None:
    place = tmp_path / "in"
    folder(place / name, {ONE: solution(1)})
    found = entries(place, class_list(tmp_path))
    entry = only(found)
    assert (entry.student, entry.person.section) == ("Ada Lovelace", "A")
    assert [absent.student for absent in found.absent] == ["Byron, Lord", "Grace Hopper", "Alan Turing"]


def test_a_class_list_lists_strangers_and_joins_what_one_student_handed_in_twice(tmp_path: Path) -> None:
    place = tmp_path / "in"
    for name in ("ada", "Ada Lovelace", "nobody"):
        folder(place / name, {ONE: solution(1)})
    (place / f"lordbyron_4711_1_{ONE}").write_text(solution(1))
    found = entries(place, class_list(tmp_path))
    assert names(found) == ["Ada Lovelace", "Byron, Lord", "nobody"]
    assert "not in the roster: nobody" in found.notes
    assert any(note.endswith("are read as one submission") for note in found.notes)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("who;what\n", "needs a first line like name,login,e-mail,LMS id,section"),
        ("name,login,id\n,\nAda,ada,1\n , ,7\n", "line 4: neither a name nor a login"),
        ("name,login\nAda,ada\nAda,ada\n", "line 3: the login ada is already in line 2"),
        ("name,id\nAda,1\nBob,2\nCyd,1\n", "line 4: the LMS id 1 is already in line 2"),
        ('name,login\n"Ada,ada\nBob,bob\n', "is a quote not closed?"),
        ("name,login\n", "has no student: only a first line"),
    ],
)
def test_a_damaged_class_list_is_told_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError, match=r"^[^\n]+$") as told:
        class_list(tmp_path, text)
    assert says in str(told.value)


def test_semicolons_and_the_exports_of_platforms_are_read(tmp_path: Path) -> None:
    (ada,) = class_list(tmp_path, "\ufeffFirst name;Surname;ID number;Email address;Groups\nAda;Lovelace;7;a@b.org;X\n")
    assert (ada.name, ada.number, ada.email, ada.section) == ("Ada Lovelace", "7", "a@b.org", "X")
    rows = (
        ',,,,,Manual Posting\n    Points Possible,,,,,100\n"Lovelace, Ada",1,,ada,"A and B",7\n"Student, Test",,,,,\n'
    )
    (ada,) = class_list(tmp_path, f"Student,ID,SIS User ID,SIS Login ID,Section,Lab (5)\n{rows}")
    assert (ada.name, ada.id, ada.login, ada.section) == ("Lovelace, Ada", "1", "ada", "A and B")


def test_a_class_list_in_utf16_is_read_and_one_in_latin1_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes("name\tlogin\r\nJörg Müller\tjm\r\n".encode("utf-16"))
    assert [person.name for person in roster.read(tmp_path / "list.csv")] == ["Jörg Müller"]
    (tmp_path / "list.csv").write_bytes("name,login\nAda,ada\nJörg,jm\n".encode("latin-1"))
    with pytest.raises(UsageError, match="line 3 is not UTF-8; save the file as CSV in UTF-8"):
        roster.read(tmp_path / "list.csv")


def test_who_has_an_id_by_the_platform_alone_is_not_counted_as_absent_too(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / f"lovelaceada_12345_1_{ONE}").write_text(solution(1))
    found = entries(tmp_path / "in", class_list(tmp_path, "name,login\nAda Lovelace,ada\n"))
    assert (names(found), found.absent, only(found).person.id) == (["Ada Lovelace"], (), "12345")


def test_a_name_that_fits_two_of_the_class_list_is_not_called_unknown(tmp_path: Path) -> None:
    folder(tmp_path / "in" / "Ada Lovelace", {ONE: solution(1)})
    people = class_list(tmp_path, "name,login\nAda Lovelace,ada\nAda Lovelace,ada2\n")
    assert entries(tmp_path / "in", people).notes == (
        "Ada Lovelace: could be Ada Lovelace (ada) or Ada Lovelace (ada2)",
    )


def test_a_class_in_one_folder_too_many_is_noted(tmp_path: Path) -> None:
    for name in ("ada", "bob"):
        folder(tmp_path / "in" / "lab1" / name, {ONE: solution(1)})
    (note,) = entries(tmp_path / "in").notes
    assert note == f"lab1 is read as one student; if it is the class, name {tmp_path}/in/lab1"
    assert entries(tmp_path / "in" / "lab1").notes == ()


def test_files_named_after_student_and_exercise_are_grouped_by_student(tmp_path: Path) -> None:
    (tmp_path / f"ada_{ONE}").write_text(solution(1))
    (tmp_path / "ada ex05.py").write_text(solution(5))
    (tmp_path / ".DS_Store").write_text("")
    (tmp_path / "Thumbs.db").write_text("")
    found = entries(tmp_path)
    assert only(found).student == "ada"
    assert sorted(name[:4] for name in intake.take(*only(found).paths).answers) == ["ex01", "ex05"]
    assert found.notes == (f"ada: ada ex05.py, ada_{ONE} are read as one submission",)


def test_an_essay_of_somebody_on_the_class_list_has_a_row_and_one_of_a_stranger_a_note(tmp_path: Path) -> None:
    place = folder(tmp_path / "in", {"grace.pdf": "%PDF", "timetable.pdf": "%PDF", f"ada/{ONE}": solution(1)})
    found = entries(place, class_list(tmp_path))
    assert names(found) == ["Ada Lovelace", "Grace Hopper"]
    assert "grace.pdf: only exNN_name.py" in intake.take(*found.entries[1].paths).notes[0]
    assert found.notes == ("timetable.pdf: not graded; a submission is a folder, a .zip or an .ipynb",)


@pytest.mark.parametrize("name", ["Sinéad O'Connor", "山田 太郎", "محمد الفارسي"])
def test_a_students_folder_of_results_has_the_students_name(tmp_path: Path, name: str) -> None:
    folder(tmp_path / unicodedata.normalize("NFD", name), {ONE: solution(1)})
    assert (only(entries(tmp_path)).student, only(entries(tmp_path)).slot) == (name, name)


def lines_of(found: HandedIn) -> list[gradebook.Line]:
    lines = [gradebook.graded(entry, result(entry), ()) for entry in found.entries]
    return [*lines, *(gradebook.absent(entry, CHOSEN, ()) for entry in found.absent)]


def test_canvas_and_moodle_get_ids_maxima_and_nothing_for_who_handed_in_nothing(tmp_path: Path) -> None:
    place = tmp_path / "in"
    folder(place / MOODLE, {ONE: solution(1)})
    (place / f"lordbyron_4711_1_{ONE}").write_text(solution(1))
    lines = lines_of(entries(place, class_list(tmp_path)))
    most = gradebook.maxima(CHOSEN, {CHOSEN[0].name: 12.0})
    header, possible, *rows = csv.reader(io.StringIO(platform_gradebooks.canvas("Lab", lines, most)))
    assert possible[5] == "12", "hidden checks count"
    told = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    assert (told["Byron, Lord"]["ID"], told["Byron, Lord"]["Lab"]) == ("4711", "10")
    assert (told["Grace Hopper"]["SIS Login ID"], told["Grace Hopper"]["Lab"]) == ("grace", "")
    moodle = {
        row["Full name"]: row for row in csv.DictReader(io.StringIO(platform_gradebooks.moodle("Lab", lines, most)))
    }
    assert moodle["Ada Lovelace"]["Identifier"] == "Participant 12345"
    assert moodle["Ada Lovelace"]["Email address"] == "ada@example.org"
    assert (moodle["Ada Lovelace"]["Maximum grade"], moodle["Grace Hopper"]["Lab"]) == ("12", "")
    book = {row["student"]: row for row in csv.DictReader(io.StringIO(gradebook.text(CHOSEN, lines, most)))}
    assert (book["Grace Hopper"]["points"], book["Grace Hopper"]["status"]) == ("0", "handed in nothing")
    assert (book["Ada Lovelace"]["section"], book["Ada Lovelace"]["max_points"]) == ("A", "12")


def test_a_total_never_falls_below_zero(tmp_path: Path) -> None:
    folder(tmp_path / "ada", {ONE: solution(1)})
    entry = only(entries(tmp_path))
    late = (ByHand("ada", "total", -7.0, "late"), ByHand("ada", "total", -7.0, "very late"))
    assert gradebook.graded(entry, result(entry), late).points == 0


def test_more_points_than_an_exercise_has_are_noted(tmp_path: Path) -> None:
    folder(tmp_path / "ada", {ONE: solution(1)})
    entry = only(entries(tmp_path))
    (one,) = CHOSEN
    given = (ByHand("ada", one.name, 1.5, "an extra proof"), ByHand("ada", "total", 3.0, "helped others"))
    assert gradebook.graded(entry, result(entry), given).notes == (
        "ex01 has 11.5 of 10 points, including points by hand",
    )
    assert gradebook.graded(entry, result(entry, 10.0), given[1:]).notes == ()


def test_names_that_are_equal_or_differ_only_in_case_are_noted(tmp_path: Path) -> None:
    for name in ("Ada", "ada", "bob", MOODLE, MOODLE.replace("12345", "2")):
        folder(tmp_path / name, {ONE: solution(1)})
    found = entries(tmp_path)
    ada, other, *_ = names(found)
    assert {ada, other} == {entry.slot for entry in found.entries[:2]}
    assert ada.startswith("Ada ") and other.startswith("ada ")
    assert found.notes == (
        f"Ada, ada: differ only in case; in the results: {ada}, {other}",
        "Ada Lovelace: is the name of several; in the results: Ada Lovelace (2), Ada Lovelace (12345)",
    )


def test_feedback_goes_back_under_the_names_that_the_platforms_gave(tmp_path: Path) -> None:
    place, results = tmp_path / "in", tmp_path / "out"
    folder(place / MOODLE, {ONE: solution(1)})
    (place / f"lordbyron_LATE_4711_1_{ONE}").write_text(solution(1))
    folder(place / "cyd", {ONE: solution(1)})
    found = entries(place).entries
    for entry in found:
        folder(results / entry.slot, {FEEDBACK_PAGE: entry.student})
    out, count = returning.pack("folder", results, found)
    assert count == 3
    assert {path.relative_to(out).as_posix(): path.read_text() for path in out.rglob("*.html")} == {
        f"{MOODLE}/feedback.html": "Ada Lovelace",
        "lordbyron_LATE_4711_1_feedback.html": "lordbyron",
        "cyd/feedback.html": "cyd",
    }
    archive, count = returning.pack("moodle", results, found)
    with zipfile.ZipFile(archive) as packed:
        assert (packed.namelist(), count) == ([f"{MOODLE}/feedback.html"], 1)
    with pytest.raises(UsageError, match="no submission has a name that Moodle gave"):
        returning.refuse_without_names("moodle", [entry for entry in found if not entry.platform])


@pytest.mark.prove
def test_a_class_from_two_platforms_goes_back_with_nobody_missing() -> None:
    benchmark = paths.checkout().root / "tests" / "benchmarks" / "class_of_300.py"
    command = [sys.executable, benchmark, "--students", "12"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "every student has a row in all gradebooks" in done.stdout
