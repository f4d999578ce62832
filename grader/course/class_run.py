"""A run over a class: which submissions there are, which need grading, who grades them, and what is kept of it.

A result is written whole, its feedback before it, so that a run can end at any moment: the next one grades what has
no result, or one of another submission or on other terms. Pages and the gradebook are made from the results alone.
"""

import hashlib
import json
import os
import queue
import re
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import filelock

from grader import checkout, intake, similarity
from grader.checking.memory import Memory
from grader.course import gradebook
from grader.course.grading import Grader, Task
from grader.course.terms import Terms
from grader.curriculum import Exercise
from grader.errors import UsageError
from grader.harmless import line
from grader.reports import class_pages
from grader.reports.feedback_file import feedback
from grader.reports.overview import overview
from grader.result import ByHand, Outcome, RunResult
from grader.whole_file import write_whole

RESULT, FEEDBACK = "result.json", "feedback.md"
GRADEBOOK, SUMMARY, SIMILARITY = "gradebook.csv", "summary.html", "similarity.html"
SCRATCH = ".in-progress"
_LOCK = ".lock"
_PLAIN_NAME = re.compile(r"(?!.*-[0-9a-f]{8}$)[\w@+][\w @+.,()-]{0,99}")  # none looks like the name of an odd one


@dataclass(frozen=True)
class Entry:
    """One student's submission: the name, where it lies, and the folder of RESULTS that its result goes to."""

    student: str
    path: Path
    slot: str


Pool = Callable[[Iterator[Task]], Iterator[Outcome]]


def entries(submissions: Path) -> tuple[list[Entry], list[str]]:
    """The submissions in a folder, in the order of their names; second, what lies there and is none.

    Raises:
        UsageError: there is no such folder, it cannot be read, or it holds no submission.
    """
    shown = checkout.shown(submissions)
    try:
        found = sorted(os.scandir(submissions), key=lambda entry: _natural(entry.name))
    except OSError as error:
        raise UsageError(f"the submissions in {shown} cannot be read: {error.strerror}") from error
    named, strangers = [], []
    for entry in found:
        if entry.name.startswith("."):
            strangers.append(line(entry.name))
        elif entry.is_dir():
            named.append((entry.name, entry.name))
        elif entry.name.lower().endswith(intake.KINDS):
            named.append((entry.name, entry.name.rpartition(".")[0]))
        else:
            strangers.append(line(entry.name))
    if not named:
        raise UsageError(f"{shown} holds no submission: a folder, a .zip or an .ipynb for each student is expected")
    paths = [submissions / name for name, _ in named]
    return [Entry(line(s), path, slot(s)) for path, s in zip(paths, _students(named), strict=True)], strangers


def _students(named: Sequence[tuple[str, str]]) -> list[str]:
    """A name for each student: the short one, or that of the whole file where two would have the same."""
    students = [short for _, short in named]
    while True:
        counts = Counter(student.casefold() for student in students)
        apart = [name if counts[s.casefold()] > 1 else s for (name, _), s in zip(named, students, strict=True)]
        if apart == students:
            return students
        students = apart


def slot(student: str) -> str:
    """The name of a student's folder in RESULTS: the student's, but for what could lead elsewhere or hide."""
    taken = {GRADEBOOK, SUMMARY, SIMILARITY}
    if _PLAIN_NAME.fullmatch(student) and student.casefold() not in taken and not student.endswith((".", " ")):
        return student
    kept = re.sub(r"[^\w@+-]", "_", student.encode("utf-8", "replace").decode())[:60].strip("_-")
    return f"{kept or 'student'}-{hashlib.sha256(os.fsencode(student)).hexdigest()[:8]}"


class Results:
    """The folder that a run writes to, held against a second run at the same time. Use `with`."""

    def __init__(self, folder: Path, submissions: Path) -> None:
        self.folder, self.scratch = folder, folder / SCRATCH
        shown = checkout.shown(folder)
        try:
            if folder.resolve().is_relative_to(submissions.resolve()):
                raise UsageError(f"{shown} lies in the submissions; name a folder outside of them")
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = filelock.FileLock(folder / _LOCK)
            self._lock.acquire(blocking=False)
        except filelock.Timeout as error:
            raise UsageError(
                f"another grade class is at work in {shown}; wait for it, or name another --out"
            ) from error
        except OSError as error:
            raise UsageError(f"cannot write to {shown}: {error.strerror}; name another --out") from error

    def __enter__(self) -> "Results":
        try:
            self._sweep()
            self.scratch.mkdir()
        except OSError as error:
            self._lock.release()
            raise UsageError(f"cannot write to {checkout.shown(self.folder)}: {error.strerror}") from error
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.scratch, ignore_errors=True)
        self._lock.release()

    def stored(self, slot: str) -> RunResult | None:
        """The result of a student, where there is one that can be read."""
        try:
            return RunResult.from_json(json.loads((self.folder / slot / RESULT).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def keep(self, slot: str, result: RunResult, *, name_hidden: bool = False) -> None:
        """Write a student's two files. The result comes last: where it is, all is.

        Raises:
            UsageError: the disk is full, ...; what was there before is as it was.
        """
        self._make(slot)
        write_whole(self.folder / slot / FEEDBACK, feedback(result, name_hidden=name_hidden))
        write_whole(self.folder / slot / RESULT, json.dumps(result.as_json(), indent=1, ensure_ascii=False) + "\n")

    def put(self, slot: str, name: str, text: str) -> None:
        """Write a file of a student's, or (`slot` is "") of the class, unless it is there, letter for letter."""
        path = self.folder / slot / name
        try:
            if path.read_text(encoding="utf-8") == text:
                return
        except (OSError, ValueError):
            self._make(slot)
        write_whole(path, text)

    def _make(self, slot: str) -> None:
        try:
            (self.folder / slot).mkdir(exist_ok=True)
        except OSError as error:
            raise UsageError(f"cannot write to {checkout.shown(self.folder)}: {error.strerror}") from error

    def _sweep(self) -> None:
        """Take away what a run that was killed has left: answers laid out, files not yet moved to their place."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        for name in (RESULT, FEEDBACK):
            for path in self.folder.glob(f"*/.{name}.*"):
                path.unlink()
        for name in (GRADEBOOK, SUMMARY, SIMILARITY):
            for path in self.folder.glob(f".{name}.*"):
                path.unlink()


def refuse_fewer(found: Sequence[Entry], results: Results, chosen: Sequence[Exercise]) -> None:
    """Do not let results of fewer exercises take the place of what was graded.

    Raises:
        UsageError: the results there are of other exercises, too.
    """
    stored = next(filter(None, (results.stored(entry.slot) for entry in found)), None)
    kept = {exercise.name for exercise in chosen}
    lost = [exercise.name for exercise in stored.exercises if exercise.name not in kept] if stored else []
    if lost:
        shown = checkout.shown(results.folder)
        raise UsageError(f"the results in {shown} are of {', '.join(lost)}, too, and would be lost: name another --out")


def grade(
    found: Sequence[Entry], results: Results, terms: Terms, again: Collection[str], pool: Pool
) -> Iterator[Outcome]:
    """Grade what is missing, new or changed, and those named; yields every entry once, unchanged ones at once."""
    events: queue.SimpleQueue[Outcome] = queue.SimpleQueue()

    def tasks() -> Iterator[Task]:
        """Read lazily: a class may be larger than the memory."""
        for entry in found:
            taken = intake.take(entry.path)
            kept = None if entry.student in again else results.stored(entry.slot)
            origin = kept.origin if kept else None
            if origin and (origin.student, origin.digest, origin.terms) == (entry.student, taken.digest, terms.digest):
                events.put(Outcome(entry.student, entry.slot))
            else:
                yield Task(entry.student, entry.slot, taken)

    for outcome in pool(tasks()):
        while not events.empty():
            yield events.get()
        yield outcome
    while not events.empty():
        yield events.get()


def write_class_files(
    found: Sequence[Entry],
    results: Results,
    terms: Terms,
    broken: Mapping[str, str],
    by_hand: Sequence[ByHand] = (),
    *,
    title: str = "The class",
    name_hidden: bool = False,
) -> list[gradebook.Row]:
    """Make the gradebook and the pages from the results as they lie there, and bring each feedback up to date.

    Returns:
        The gradebook's rows.

    Args:
        found: the submissions.
        results: where the results are, and the files go.
        terms: of the grading.
        broken: by slot, why a submission could not be graded.
        by_hand: points on top.
        title: of the pages.
        name_hidden: whether the feedback tells the rule of a hidden check.
    """
    rows: list[gradebook.Row] = []

    def graded() -> Iterator[RunResult]:
        """Every result, once: its feedback and its line in the gradebook are made as it goes by."""
        for entry in found:
            result = None if entry.slot in broken else results.stored(entry.slot)
            if result is None:
                rows.append(gradebook.ungraded(entry.student, broken.get(entry.slot, "stopped"), terms.chosen()))
                continue
            given = [extra for extra in by_hand if extra.student == entry.student]
            results.put(entry.slot, FEEDBACK, feedback(result, given, name_hidden=name_hidden))
            rows.append(gradebook.row(result, given))
            yield result

    ungraded = [(entry.student, broken[entry.slot]) for entry in found if entry.slot in broken]
    figures = overview(graded(), by_hand, ungraded)
    results.put("", GRADEBOOK, gradebook.text(terms.chosen(), rows))
    results.put("", SUMMARY, class_pages.summary(figures, title))
    _write_similarity(found, results, title, [title, terms.digest, *rows])
    return rows


def _write_similarity(found: Sequence[Entry], results: Results, title: str, compared: Sequence[object]) -> None:
    """Compare the class, unless the page tells that it is of this very class: that takes 30 ms a student."""
    digest = hashlib.sha256(json.dumps(compared).encode()).hexdigest()
    try:
        if f'content="{digest}"' in (results.folder / SIMILARITY).read_text(encoding="utf-8"):
            return
    except (OSError, ValueError):
        pass
    alike = similarity.pairs((entry.student, intake.take(entry.path).answers) for entry in found)
    results.put("", SIMILARITY, class_pages.similarity(alike, title, digest))


def on_this_machine(terms: Terms, jobs: int, scratch: Path) -> Pool:
    """Grade with so many jobs at once, each with warm workers of its own; what one has learnt of answers, all know."""

    def pool(tasks: Iterator[Task]) -> Iterator[Outcome]:
        done: queue.SimpleQueue[Outcome | BaseException | None] = queue.SimpleQueue()
        taking, stopped = threading.Lock(), threading.Event()
        graders: list[Grader] = []
        memory = Memory()

        def next_task() -> Task | None:
            with taking:
                return None if stopped.is_set() else next(tasks, None)

        def work() -> None:
            grader = None
            try:
                while (task := next_task()) is not None:
                    if grader is None:
                        grader = Grader(terms, scratch, memory)
                        graders.append(grader)
                    done.put(outcome(grader, task))
                done.put(None)
            except OSError as error:
                done.put(UsageError(f"the run cannot go on in {checkout.shown(scratch)}: {error.strerror}"))
            except BaseException as error:  # told to the one who waits, or else it waits for ever
                done.put(error)

        threads = [threading.Thread(target=work, daemon=True) for _ in range(jobs)]
        for thread in threads:
            thread.start()
        try:
            working = jobs
            while working:
                event = done.get()
                if isinstance(event, BaseException):
                    raise event
                if event is None:
                    working -= 1
                else:
                    yield event
        finally:
            stopped.set()
            for grader in graders:
                grader.close()

    return pool


def outcome(grader: Grader, task: Task) -> Outcome:
    """Grade one; what cannot be graded is told, and stops nobody else."""
    try:
        return Outcome(task.student, task.slot, grader.grade(task))
    except UsageError as error:
        return Outcome(task.student, task.slot, broken=str(error))


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """Sorts `student2` before `student10`."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]
