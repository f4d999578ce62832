"""Lists which files of a submission count, and why. Nothing is graded."""

from collections.abc import Iterator, Sequence

from grader.base.plain_text import line
from grader.course.entries import Entry
from grader.kata import candidates, intake
from grader.kata.curriculum import Exercise
from grader.kata.intake import Taken
from grader.kata.submission import unreadable

MOST_LEFT = 5


def shown(entry: Entry, chosen: Sequence[Exercise], *, verbose: bool = False) -> list[str]:
    """Yield the lines for one student: files that count, untouched stubs, missing exercises, notes, ignored files."""
    taken = intake.take(*entry.paths)
    return list(_lines(entry, taken, chosen, verbose))


def _lines(entry: Entry, taken: Taken, chosen: Sequence[Exercise], verbose: bool) -> Iterator[str]:
    marks = ["late"] * entry.late + [f"attempt {entry.attempt}"] * (entry.attempt > 1)
    about = f" ({', '.join(marks)})" if marks else ""
    if taken.problem:
        yield f"{entry.student}{about}: nothing can be read: {taken.problem}"
        return
    work: list[str] = []
    stubs: list[str] = []
    odd: list[str] = []
    missing: list[str] = []
    problems: list[str] = []
    for exercise in chosen:
        content = taken.answers.get(exercise.file)
        if content is None:
            missing.append(exercise.short)
        else:
            state = candidates.state(exercise, content)
            {candidates.WORK: work, candidates.STUB: stubs}.get(state, odd).append(exercise.short)
            if (problem := unreadable(exercise.file, content)) is not None:
                problems.append(f"  note: {exercise.short} would have 0 points: {problem.line}")
    told = [("taken", work), ("untouched stub", stubs), ("taken, but no work found in it", odd), ("missing", missing)]
    yield f"{entry.student}{about}: " + "; ".join(f"{word}: {', '.join(which)}" for word, which in told if which)
    if verbose:
        yield from (f"  {file} from {line(place)}" for file, place in sorted(taken.places.items()))
    yield from (f"  note: {note}" for note in taken.notes)
    yield from problems
    left = taken.ignored if verbose else taken.ignored[:MOST_LEFT]
    yield from (f"  not taken: {each}" for each in left)
    if len(left) < len(taken.ignored):
        yield f"  and {len(taken.ignored) - len(left)} more not taken (--verbose)"
