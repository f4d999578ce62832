"""A run over a class: grades what needs grading, then makes the gradebook and the pages from the results alone.

A run can be interrupted at any time: the next one grades submissions without a result, changed submissions, and results
with different terms.
"""

import hashlib
import json
import queue
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.base.results import ByHand, Outcome, RunResult
from grader.course import class_pages, gradebook, similarity
from grader.course.entries import Entry, HandedIn
from grader.course.gradebook import Line, Maxima
from grader.course.grading import Task
from grader.course.grading_terms import Terms
from grader.course.jobs import Pool
from grader.course.mistake_comments import in_full
from grader.course.overview import overview
from grader.course.results_folder import GRADEBOOK, GRADEBOOK_EXCEL, SIMILARITY, SUMMARY, Results
from grader.kata import intake
from grader.reports.feedback_file import Circumstances


def grade(
    found: Sequence[Entry], results: Results, terms: Terms, again: Collection[str], pool: Pool
) -> Iterator[Outcome]:
    """Grade missing, new or changed submissions and the given ones; yield every entry once, unchanged
    ones immediately.
    """
    events: queue.SimpleQueue[Outcome] = queue.SimpleQueue()

    def tasks() -> Iterator[Task]:
        """Read submissions lazily: a class may be larger than the memory."""
        for entry in found:
            taken = intake.take(*entry.paths)
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


@dataclass(frozen=True)
class Telling:
    """What the files of a class show in addition to the results.

    Attributes:
        title: of the pages.
        headline: the assignment's title and date, in the feedback; may be empty.
        by_hand: points by hand.
        comments: an instructor's words to all who made a mistake, by its name.
        notes: on the class as a whole.
        name_hidden: whether the feedback tells the rule of a hidden check.
        most: the points that there are.
        earlier: submissions of earlier years, to compare with.
    """

    title: str
    most: Maxima
    headline: str = ""
    by_hand: Sequence[ByHand] = ()
    comments: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    name_hidden: bool = False
    earlier: Sequence[Entry] = ()

    def to(self, student: str) -> Circumstances:
        """Select what one student's feedback shows."""
        given = [extra for extra in self.by_hand if extra.student == student]
        return Circumstances(self.headline, given, self.comments, self.name_hidden)


def write_class_files(
    handed_in: HandedIn, results: Results, terms: Terms, broken: Mapping[str, str], telling: Telling
) -> list[Line]:
    """Make the gradebook and the pages from the stored results, and update each feedback.

    Returns:
        the gradebook's lines.

    Args:
        handed_in: the submissions.
        results: where the results are, and the files go.
        terms: of the grading.
        broken: by slot, why a submission could not be graded.
        telling: what the files tell beside the results.
    """
    lines: list[Line] = []
    chosen = terms.chosen()

    def graded() -> Iterator[RunResult]:
        """Yield every result once, writing its feedback and its gradebook line."""
        for entry in handed_in.entries:
            result = None if entry.slot in broken else results.stored(entry.slot)
            if result is None:
                lines.append(gradebook.ungraded(entry, broken.get(entry.slot, "stopped")))
                continue
            result = in_full(result)
            told = telling.to(entry.student)
            results.put_feedback(entry.slot, result, told)
            lines.append(gradebook.graded(entry, result, told.by_hand))
            yield result

    ungraded = [(entry.student, broken[entry.slot]) for entry in handed_in.entries if entry.slot in broken]
    figures = overview(graded(), telling.by_hand, ungraded)
    lines += [gradebook.absent(entry, chosen, telling.to(entry.student).by_hand) for entry in handed_in.absent]
    text = gradebook.text(chosen, lines, telling.most)
    results.put("", GRADEBOOK, text)
    results.put("", GRADEBOOK_EXCEL, gradebook.EXCEL_MARK + text)
    page = class_pages.summary(
        figures,
        telling.title,
        lines=lines,
        headline=telling.headline,
        comments=telling.comments,
        notes=telling.notes,
    )
    results.put("", SUMMARY, page)
    _write_similarity(handed_in.entries, results, telling, [telling.title, terms.digest, text])
    return lines


def _write_similarity(found: Sequence[Entry], results: Results, telling: Telling, compared: list[str]) -> None:
    """Compare the class, unless the page tells that it is of this very class: that takes 30 ms a student."""
    before = [(similarity.EARLIER + entry.student, intake.take(*entry.paths).answers) for entry in telling.earlier]
    told = [sorted((name, hashlib.sha256(text).hexdigest()) for name, text in files.items()) for _, files in before]
    digest = hashlib.sha256(json.dumps([compared, told]).encode()).hexdigest()
    try:
        if f'content="{digest}"' in (results.folder / SIMILARITY).read_text(encoding="utf-8"):
            return
    except (OSError, ValueError):
        pass
    alike = similarity.compare(((entry.student, intake.take(*entry.paths).answers) for entry in found), before)
    results.put("", SIMILARITY, class_pages.similarity(alike, telling.title, digest))
