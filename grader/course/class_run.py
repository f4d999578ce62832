"""A run over a class: what needs grading is graded, and the gradebook and the pages are made from the results alone.

A run can end at any moment: the next one grades what has no result, or one of another submission or on other terms.
"""

import hashlib
import json
import queue
from collections.abc import Collection, Iterator, Mapping, Sequence

from grader.base import paths
from grader.base.errors import UsageError
from grader.base.results import ByHand, Outcome, RunResult
from grader.course import class_pages, gradebook, similarity
from grader.course.entries import Entry
from grader.course.grading import Task
from grader.course.grading_terms import Terms
from grader.course.jobs import Pool
from grader.course.overview import overview
from grader.course.results_folder import FEEDBACK, GRADEBOOK, SIMILARITY, SUMMARY, Results
from grader.kata import intake
from grader.kata.curriculum import Exercise
from grader.reports.feedback_file import feedback


def refuse_fewer(found: Sequence[Entry], results: Results, chosen: Sequence[Exercise]) -> None:
    """Do not let results of fewer exercises take the place of what was graded.

    Raises:
        UsageError: the results there are of other exercises, too.
    """
    stored = next(filter(None, (results.stored(entry.slot) for entry in found)), None)
    kept = {exercise.name for exercise in chosen}
    lost = [exercise.name for exercise in stored.exercises if exercise.name not in kept] if stored else []
    if lost:
        shown = paths.shown(results.folder)
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
