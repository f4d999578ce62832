"""A class from download to upload: what a platform hands out goes in, gradebooks and feedback to upload come out.

python tests/benchmarks/class_of_300.py [--students 300] [--jobs 2]     seconds and CPU seconds of each step

Two thirds of the class come from Moodle and one third from Canvas, as folders, zips, notebooks and single files, and a
few students hand in nothing. Of five submissions two are right, in different styles, two have one mistake of the
bank, and one has a mistake in a core exercise and lacks the last two. At the end it checks that each file lists all
students it should list, and that only the right submissions have full points.
"""

import argparse
import csv
import itertools
import random
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graders import CORE, ROOT, WRITTEN, Answers, timed

sys.path.append(str(ROOT / "tests" / "grader"))
from classes import folder, gradebook, notebook, zipped

from grader.course.results_folder import FEEDBACK_PAGE
from grader.course.returning import MOODLE_ARCHIVE
from grader.kata import mistakes

MOODLE, CANVAS = "Moodle", "Canvas"
ABSENT = 50  # for each so many students one more is on the class list and hands in nothing


@dataclass(frozen=True)
class Student:
    """One student of the class list.

    Attributes:
        answers: what the student hands in; none: nothing.
        right: whether all of it is right.
        platform: where it is downloaded from.
    """

    number: int
    first: str
    last: str
    answers: Answers
    right: bool
    platform: str

    @property
    def name(self) -> str:
        """The name on the class list."""
        return f"{self.first} {self.last}"

    @property
    def prefix(self) -> str:
        """What the platform puts before the names of the files."""
        if self.platform == MOODLE:
            return f"{self.name}_{70_000 + self.number}_assignsubmission_file_"
        late = "LATE_" if self.number % 4 == 0 else ""
        return f"{self.last}{self.first}_".lower() + f"{late}{5_000 + self.number}_{880_000 + self.number}_"

    def hand_in(self, place: Path) -> None:
        """Write the submission as the platform hands it out."""
        kind, at = self.number % 6, place / self.prefix
        if kind == 0:
            folder(at, self.answers)
        elif kind == 1:
            at.mkdir()
            zipped(at / "lab.zip", {f"lab/exercises/{name}": text for name, text in self.answers.items()})
        elif kind == 2:
            notebook(place / f"{self.prefix}lab.ipynb", self.answers)
        elif kind == 3:
            zipped(place / f"{self.prefix}lab.zip", dict(self.answers))
        elif kind == 4:
            folder(place, {f"{self.prefix}{name}": text for name, text in self.answers.items()})
        else:
            notebook(place / f"{self.prefix}lab-1.ipynb", self.answers)


def students(count: int) -> Iterator[Student]:
    """So many students who hand in, and a few who do not."""
    given = [word.capitalize() for word in (ROOT / "data" / "names.txt").read_text().split()]
    bank = [[mistake.code(each.solution.read_text()) for mistake in mistakes.of(each)] for each in CORE]
    wrong = [itertools.cycle(codes) for codes in bank]
    for number in range(count + count // ABSENT + 1):
        first, last = given[7 * number % len(given)], given[-1 - number]
        answers: Answers = {}
        if number < count:
            answers = style(number)
        if number % 5 >= 2 and answers:
            at = number // 5 % len(CORE)
            answers[CORE[at].file] = next(wrong[at])
            if number % 5 == 4:
                answers = {exercise.file: answers[exercise.file] for exercise in WRITTEN[:-2]}
        platform = MOODLE if number % 6 < 4 else CANVAS
        yield Student(number, first, last, answers, bool(answers) and number % 5 < 2, platform)


def style(number: int) -> Answers:
    """Right answers whose styles are mixed differently for each student."""
    chance = random.Random(number)
    return {
        each.file: chance.choice(sorted((ROOT / "tests" / "right" / each.name).glob("*.py"))).read_text()
        for each in WRITTEN
    }


def class_list(found: list[Student], path: Path) -> None:
    """Write the class list. Canvas knows its students by an id, Moodle by their names."""
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["name", "login", "e-mail", "LMS id", "section"])
        for each in found:
            login = f"{each.first[0]}{each.last}{each.number}".lower()
            rows.writerow([each.name, login, f"{login}@example.org", 5_000 + each.number, "AB"[each.number % 2]])


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--students", type=int, default=300)
    options.add_argument("--jobs", type=int, default=2)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        place, found = Path(name), list(students(asked.students))
        (place / "downloaded").mkdir()
        for student in found[: asked.students]:
            student.hand_in(place / "downloaded")
        class_list(found, place / "roster.csv")
        only = ",".join(str(exercise.number) for exercise in CORE)
        what = [str(place / "downloaded"), "--exercises", only, "--roster", str(place / "roster.csv")]
        grade = [sys.executable, "-m", "grader"]
        out = ["--out", str(place / "out"), "--jobs", str(asked.jobs)]
        sheets = ["--canvas", str(place / "canvas.csv"), "--moodle", str(place / "moodle.csv")]
        steps = {
            "grade collect": [*grade, "collect", *what],
            "grade class": [*grade, "class", *what, *out, *sheets, "--return", "moodle"],
            "the same again": [*grade, "class", *what, *out, *sheets, "--return", "folder"],
        }
        print(f"{asked.students} submissions, exercises {only}, {asked.jobs} jobs: seconds, CPU seconds", flush=True)
        for step, command in steps.items():
            cost = timed(command)
            each = cost.cpu / asked.students
            print(f"{step:16} {cost.wall:8.1f} {cost.cpu:8.1f}   {each:.2f} CPU seconds per submission", flush=True)
        check(found, place)
    print("every student has a row in all gradebooks, and a page if something was handed in")


def check(found: list[Student], place: Path) -> None:
    """Raise an error if a file lacks a student, or if points and right answers do not go together."""
    book = gradebook(place / "out")
    assert set(book) == {student.name for student in found}
    for student in found:
        row = book[student.name]
        assert row["status"] == ("graded" if student.answers else "handed in nothing"), row
        assert (row["points"] == row["max_points"]) == student.right, row
    there = {student.name for student in found if student.answers}
    for sheet, who in (("canvas.csv", "Student"), ("moodle.csv", "Full name")):
        with (place / sheet).open(newline="") as file:
            rows = {row[who]: row["downloaded"] for row in csv.DictReader(file) if "Points Possible" not in row[who]}
        assert set(rows) == set(book), sheet
        assert {name for name, points in rows.items() if points} == there, f"{sheet}: empty means: unchanged"
    with zipfile.ZipFile(place / "out" / MOODLE_ARCHIVE) as archive:
        pages = archive.namelist()
    moodle = [student.prefix for student in found if student.answers and student.platform == MOODLE]
    assert sorted(pages) == sorted(f"{prefix}/{FEEDBACK_PAGE}" for prefix in moodle)
    assert len(list((place / "out" / "return").rglob(f"*{FEEDBACK_PAGE}"))) == len(there)


if __name__ == "__main__":
    main()
