"""COURSE.md keeps its word: its commands are typed, its files written, its tables held against what they tell of.

What stands after `$` in a `console` block is typed; the lines below it are what comes out, where `...` is anything and
`[exit status N]` the status, 0 unless it says so. A block below a line that is a path and a colon is that file.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from classes import folder, notebook, solution, zipped
from conftest import by_number, committed, copy_of_the_checkout

from grader.base import paths
from grader.kata import curriculum, mistakes

GUIDE = (paths.checkout().root / "COURSE.md").read_text(encoding="utf-8")
ADD = "Add an exercise"
LAB = (1, 5, 7, 8)
_FENCE = re.compile(r"^(?P<fence>`{3,})(?P<kind>\w*)\n(?P<text>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"`(?P<path>[^`]+)`(?:, after `(?P<after>[^`]+)`)?:")
_STATUS = re.compile(r"\[exit status (\d+)\]\n\Z")


@dataclass(frozen=True)
class Typed:
    """A command of the guide and what it says comes out."""

    command: str
    said: str

    def keeps_its_word(self, place: Path, environment: dict[str, str]) -> None:
        """Type it, and compare."""
        done = subprocess.run(
            ["sh", "-c", self.command],
            cwd=place,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        told = _STATUS.search(self.said)
        assert done.returncode == (int(told[1]) if told else 0), f"$ {self.command}\n{done.stdout}"
        said = _STATUS.sub("", self.said)
        lines = ("(?:.*\n)*" if line == "..." else _pattern(line) + "\n" for line in said.splitlines())
        assert re.fullmatch("".join(lines), done.stdout), f"$ {self.command}\n{done.stdout}\nthe guide says\n{said}"


@dataclass(frozen=True)
class Shown:
    """A file of the guide: its text, or lines that belong after the line that begins with `after`."""

    path: str
    text: str
    after: str | None

    def write(self, place: Path) -> None:
        """Write it, as a reader would."""
        path = place / self.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.after is None:
            path.write_text(self.text, encoding="utf-8")
            return
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        (at,) = (number for number, line in enumerate(lines, start=1) if line.startswith(self.after))
        path.write_text("".join([*lines[:at], self.text, *lines[at:]]), encoding="utf-8")


def _pattern(line: str) -> str:
    return ".*".join(map(re.escape, line.split("...")))


def steps(guide: str) -> Iterator[Typed | Shown]:
    """The commands and files of a part of the guide, in order."""
    for block in _FENCE.finditer(guide):
        above = guide[: block.start()].rstrip().rpartition("\n")[2]
        file = _FILE.fullmatch(above)
        if file:
            yield Shown(file["path"], block["text"], file["after"])
        elif block["kind"] == "console":
            for each in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]:
                command, _, said = each.partition("\n")
                yield Typed(command, said)


def follow(guide: str, place: Path) -> None:
    """Do what a part of the guide says, in a checkout."""
    for step in steps(guide):
        if isinstance(step, Shown):
            step.write(place)
        else:
            step.keeps_its_word(place, environment(place))


def environment(place: Path) -> dict[str, str]:
    """The variables of a shell in a checkout whose environment is activated."""
    return os.environ | {
        "PATH": f"{place / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(place),
        "PYTEST_DEBUG_TEMPROOT": str(place.parent),  # else a pytest that is typed clears away what others left behind
        "NO_COLOR": "1",
        "COLUMNS": "100",
    }


def parts() -> dict[str, str]:
    """The guide by its headings, in order; what looks like one in a block is none."""
    plain = _FENCE.sub(lambda block: " " * len(block[0]), GUIDE)
    found = list(re.finditer(r"^## (.+)\n", plain, re.MULTILINE))
    ends = [*(heading.start() for heading in found[1:]), len(GUIDE)]
    return {heading[1]: GUIDE[heading.end() : end] for heading, end in zip(found, ends, strict=True)}


def table(title: str) -> list[list[str]]:
    """The rows of the table below a heading."""
    rows = [line.strip("| ").split(" | ") for line in parts()[title].splitlines() if line.startswith("|")]
    return rows[2:]


@pytest.fixture
def kata(tmp_path: Path) -> Path:
    """A committed checkout in which `make` need not install what these tests run with."""
    place = committed(copy_of_the_checkout(tmp_path / "the kata"))
    (place / ".venv").mkdir()
    (place / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    for stamp in ("installed", "installed-dev"):
        (place / ".venv" / stamp).touch()
    return place


@pytest.fixture
def handed_in(kata: Path) -> None:
    """What three students hand in for the lab: all right, one mistake, one exercise; and the second one again."""
    right = {by_number(number).file: solution(number) for number in LAB}
    five = by_number(5)
    (wrong,) = (mistake for mistake in mistakes.of(five) if mistake.name == "interleaved-channels")
    place = kata.parent / "handed-in"
    folder(place / "ada", right)
    zipped(place / "bob.zip", right | {five.file: wrong.code(solution(5))})
    notebook(place / "cyd.ipynb", {by_number(1).file: solution(1)})
    folder(kata.parent / "handed-in-late" / "bob", right)


def test_a_course_from_handing_out_to_an_exam(kata: Path, handed_in: None) -> None:
    for title, part in parts().items():
        if title != ADD:
            follow(part, kata)


def test_an_exercise_is_added_as_the_guide_does_it(kata: Path) -> None:
    follow(parts()[ADD], kata)


def test_a_class_is_graded_on_a_cluster_as_the_guide_does_it(kata: Path, handed_in: None) -> None:
    """The block says which command runs on which machine; here all run on this one."""
    (block,) = (each["text"] for each in _FENCE.finditer(parts()["On a cluster"]))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    commands = [re.split(" {2,}", line)[0].replace("HOST:8786", f"127.0.0.1:{port}") for line in block.splitlines()]
    scheduler, worker, graded = commands
    started = []
    try:
        for command in (f"{scheduler} --host 127.0.0.1 --port {port}", worker):
            process = ["sh", "-c", f"exec {command}"]
            started.append(subprocess.Popen(process, cwd=kata, env=environment(kata), stderr=subprocess.DEVNULL))
            while socket.socket().connect_ex(("127.0.0.1", port)):
                assert started[0].poll() is None
                time.sleep(0.1)
        Typed(graded, "...\n3 graded, 0 unchanged: graded/summary.html\n").keeps_its_word(
            kata.parent, environment(kata)
        )
    finally:
        for each in reversed(started):  # the scheduler last: the worker tells it that it goes
            each.terminate()
            each.wait(60)


def test_the_sizes_of_the_plan_are_the_lessons_minutes() -> None:
    rows = table("Plan")
    assert len(rows) == 3
    for _, typed, minutes, _ in rows:
        parts = [part.split("-") for part in typed.split(", ")]
        numbers = [number for part in parts for number in range(int(part[0]), int(part[-1]) + 1)]
        assert int(minutes) == sum(by_number(number).minutes for number in numbers), typed


def test_what_goes_wrong_in_class_is_in_the_bank_in_the_learners_words() -> None:
    told: dict[int, list[str]] = {}
    for number, name, says in table("What is known to go wrong in class"):
        bank = {mistake.name: mistake.cause.says for mistake in mistakes.of(by_number(int(number)))}
        assert says == bank.get(name.strip("`")), f"{number} {name}"
        told.setdefault(int(number), []).append(name)
    assert list(told) == [exercise.number for exercise in curriculum.exercises()]
    assert all(2 <= len(names) <= 3 for names in told.values())


def test_links_of_the_guide_lead_somewhere() -> None:
    prose = _FENCE.sub("", GUIDE)
    headings = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in parts()}
    for target in re.findall(r"\]\(([^)]+)\)", prose):
        assert target[1:] in headings if target.startswith("#") else (paths.checkout().root / target).exists(), target
