"""Grades submissions one after another on the terms of a class, on this machine or on a cluster.

Takes a submission as a value and returns the result as a value; `class_run` writes the files.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.base.errors import UsageError
from grader.base.plain_text import line
from grader.base.results import Check, Origin, RunResult
from grader.course.grading_terms import Terms
from grader.engine import run, worker_supply
from grader.engine.worker_processes import Workers
from grader.kata import harmless_lines
from grader.kata.curriculum import Exercise
from grader.kata.intake import NOTEBOOK, Taken
from grader.kata.submission import Submission, laid_out

TRIES = 3


@dataclass(frozen=True)
class Task:
    """One submission to grade: the student, the files that count, and the folder of RESULTS for it."""

    student: str
    slot: str
    taken: Taken


class Grader:
    """Grades submissions one at a time with its own warm workers. Close it, or use `with`.

    Args:
        terms: of the class.
        scratch: a folder for what a submission needs while it is graded.

    Raises:
        UsageError: the checks cannot run here, hidden ones for one; or the sandbox is too weak for an exam.
    """

    def __init__(self, terms: Terms, scratch: Path) -> None:
        self._terms, self._scratch = terms, scratch
        self._hidden: Path | None = None
        if terms.hidden:
            self._hidden = Path(tempfile.mkdtemp(prefix="hidden-", dir=scratch))
            for name, content in terms.hidden:
                (self._hidden / name).write_bytes(content)
        self._workers = self._start()
        try:
            self._workers.layers()
            _refuse_rivals(self._workers.checks())
        except UsageError:
            self.close()
            raise

    def grade(self, task: Task) -> RunResult:
        """Grade one submission; if the workers fail, retry with new ones.

        Raises:
            UsageError: they broke each time.
            OSError: the answers could not be laid out: the disk is full.
        """
        with laid_out(task.taken.answers, self._scratch) as folder:
            for _ in range(TRIES):
                try:
                    return self._graded(task, folder)
                except (
                    UsageError,
                    OSError,
                    ValueError,
                ) as error:  # no reply, no pipe or a partial reply from the worker
                    broke = error
                    self._workers.close()
                    self._workers = self._start()
        raise UsageError(f"the worker process failed {TRIES} times: {line(str(broke))}") from broke

    def close(self) -> None:
        """End the workers."""
        self._workers.close()
        if self._hidden is not None:
            shutil.rmtree(self._hidden, ignore_errors=True)

    def __enter__(self) -> "Grader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> Workers:
        terms = self._terms
        return worker_supply.workers(
            terms.chosen(),
            hidden=self._hidden,
            sandbox=True,
            accept_weak=terms.accept_weak,
            many=True,
        )

    def _graded(self, task: Task, folder: Path) -> RunResult:
        submission = Submission(folder, task.student, self._terms.given())
        terms = self._terms
        events = run.grade(
            submission,
            terms.chosen(),
            self._workers,
            seed=terms.seeds if isinstance(terms.seeds, int) else dict(terms.seeds),
            limits=terms.limits,
            shrink=False,  # three times as fast for wrong answers; a class needs no smallest inputs
            at_once=1,
        )
        result = run.last(events)
        taken = task.taken
        notes = (*taken.notes, *_harmless(submission, taken, terms.chosen()))
        origin = Origin(task.student, taken.digest, terms.digest, terms.seed_shown, taken.ignored, taken.problem, notes)
        exercises = tuple(
            replace(exercise, checks=tuple(check.without_inputs() for check in exercise.checks))
            for exercise in result.exercises
        )
        return replace(result, exercises=exercises, origin=origin)


def _harmless(submission: Submission, taken: Taken, chosen: Sequence[Exercise]) -> Iterator[str]:
    """List what is harmless in the answers and deserves a note, in words that are right where the student works."""
    for exercise in chosen:
        if exercise.file in taken.answers:
            in_a_cell = taken.places[exercise.file].lower().endswith(NOTEBOOK)
            how = harmless_lines.IN_A_CELL if in_a_cell else None
            yield from harmless_lines.notes(exercise, submission.path(exercise), how)


def _refuse_rivals(checks: dict[str, tuple[Check, ...]]) -> None:
    """Raise an error if a hidden check has the name of another check."""
    for exercise, own in checks.items():
        for name, count in Counter(check.name for check in own).items():
            if count > 1:
                raise UsageError(f"two checks of {exercise} are called {name}: rename the hidden one")
