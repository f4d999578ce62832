"""Reads answers from what a student handed in (folders, zips, notebooks, files), by whitelist. No code is run.

A file named after an exercise counts, wherever it is, and so do marked cells of notebooks (`notebook_cells`).
`candidates` chooses between several, `containers` decides what is searched. Everything else is ignored and listed.
Nothing is unpacked to a path that a student chose.
"""

import contextlib
import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.base import paths
from grader.base.errors import UsageError
from grader.base.plain_text import line, reason
from grader.kata import candidates, containers, notebook_cells
from grader.kata.candidates import Candidate, Fit
from grader.kata.containers import DAMAGED, Item, Unreadable
from grader.kata.curriculum import Exercise
from grader.kata.submission import MOST_BYTES, Submission, laid_out, read_folder

NOTEBOOK = ".ipynb"
KINDS = (containers.ZIP, NOTEBOOK)
MOST_NOTEBOOKS = 20
MOST_CANDIDATES = 400
MOST_NAMED = 50
MOST_OTHERS = 8  # files that are no answers are named up to here, and counted beyond
ONLY_ANSWERS = "only exNN_name.py files count"
NOTHING_TAKEN = "nothing that was handed in counts"


@dataclass(frozen=True)
class Taken:
    """The answers in a submission.

    Attributes:
        answers: file name to content.
        ignored: what was left and why, a line each.
        problem: why nothing could be read at all, in one line.
        notes: what an instructor should know of how the answers were chosen, a line each.
        places: file name to where its answer lay.
    """

    answers: dict[str, bytes]
    ignored: tuple[str, ...] = ()
    problem: str | None = None
    notes: tuple[str, ...] = ()
    places: dict[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 of everything that a result or its feedback depends on."""
        files = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(self.answers.items())}
        return hashlib.sha256(json.dumps([files, self.ignored, self.problem, self.notes]).encode()).hexdigest()

    @property
    def told(self) -> tuple[str, ...]:
        """The notes, and what was ignored unless a note includes it."""
        return (*self.notes, *(each for each in self.ignored if not any(each in note for note in self.notes)))


def take(*handed_in: Path) -> Taken:
    """Read the answers of one student; problems are reported in the result."""
    items: list[Item] = []
    skipped: list[str] = []
    problems = []
    for path in handed_in:
        try:
            found = containers.listing(path, f"{path.name}/" if len(handed_in) > 1 and _holds_files(path) else "")
        except Unreadable as error:
            problems.append(str(error) if len(handed_in) == 1 else f"{path.name}: {error}")
            continue
        items += [replace(item, version=candidates.version(path.name)) for item in found.items]
        skipped += found.skipped
    if problems and len(problems) == len(handed_in):
        return Taken({}, problem="; ".join(problems))
    if len(handed_in) == 1 and handed_in[0].suffix.lower() == NOTEBOOK and handed_in[0].is_file():
        return _from(items, skipped, problems, alone=True)
    return _from(items, skipped, problems, own={path.name for path in handed_in})


@contextlib.contextmanager
def opened(path: Path) -> Iterator[tuple[Submission, tuple[str, ...]]]:
    """Yield answers to grade: a folder as it is, or the contents of a zip or a notebook in a temporary folder.

    Second, how the answers were chosen and what was left of a zip or a notebook and why, a line each.

    Raises:
        UsageError: nothing can be read there.
    """
    if path.suffix.lower() not in KINDS or path.is_dir():
        yield read_folder(path), ()
        return
    shown = paths.shown(path)
    taken = take(path)
    if taken.problem:
        raise UsageError(f"{shown}: {taken.problem}")
    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(laid_out(taken.answers))
        except OSError as error:
            raise UsageError(f"the answers in {shown} cannot be prepared: {error.strerror}") from error
        yield Submission(folder, shown), taken.told


def _holds_files(path: Path) -> bool:
    return path.is_dir() or path.suffix.lower() == containers.ZIP


@dataclass
class _Sorted:
    """The files of a submission, by kind."""

    candidates: dict[str, list[Candidate]] = field(default_factory=lambda: defaultdict(list))
    left: list[str] = field(default_factory=list)  # why something that could have been an answer is none
    lost: list[tuple[str | None, str]] = field(default_factory=list)  # the same, for an exercise (None: for any)
    others: list[str] = field(default_factory=list)  # files that are no answers
    notes: list[str] = field(default_factory=list)
    read: int = 0
    notebooks: int = 0

    def add(self, fit: Fit, place: str, content: bytes, modified: float) -> None:
        """One more candidate, unless it has another name than is asked, and nothing in it that is asked."""
        text = containers.in_utf8(content)
        if text is not content:
            self.notes.append(f"{line(place)} is UTF-16 and is read as if it were saved as UTF-8")
        candidate = Candidate(fit, place, text, modified)
        if fit.how != candidates.EXACT and candidate.state == candidates.EMPTY:
            self.left.append(f"{line(place)}: it defines nothing that {fit.exercise.short} asks for")
        else:
            self.candidates[fit.exercise.name].append(candidate)


def _from(
    items: Sequence[Item],
    skipped: Sequence[str],
    problems: Sequence[str],
    *,
    alone: bool = False,
    own: Collection[str] = (),
) -> Taken:
    """Choose among all files. `alone`: the submission is a single notebook, whose problems are those of
    the submission. `own`: the names under which the platform handed the files out.
    """
    found = _Sorted(left=[line(problem) for problem in problems])
    for item in items:
        try:
            _sort(found, item)
        except (Unreadable, *DAMAGED) as error:
            why = str(error) if isinstance(error, Unreadable) else f"cannot be read ({reason(error)})"
            if alone:
                return Taken({}, problem=why)
            _lose(found, item, why)
    chosen = {name: candidates.choose(several) for name, several in sorted(found.candidates.items())}
    notes, left = _told(found, chosen, own)
    if not chosen:
        why = (left or _others(found.others) or _skipped(skipped) or ["it is empty"])[0]
        notes.append(f"{NOTHING_TAKEN} ({why})")
    ignored = [*left, *_others(found.others), *_skipped(skipped)]
    return Taken(
        {f"{name}.py": candidate.content for name, candidate in chosen.items()},
        _bounded(ignored),
        notes=_bounded([*found.notes, *notes]),
        places={f"{name}.py": candidate.place for name, candidate in chosen.items()},
    )


def _sort(found: _Sorted, item: Item) -> None:
    name = item.name
    if name.startswith("._"):  # what macOS keeps of a file beside it: never the file itself
        return
    fit = candidates.fits(name)
    if item.refused is not None or item.read is None:
        _lose(found, item, str(item.refused))
    elif name.lower().endswith(NOTEBOOK):
        found.notebooks += 1
        if found.notebooks > MOST_NOTEBOOKS:
            raise Unreadable("there are too many notebooks")
        _sort_notebook(found, item)
    elif fit is not None:
        found.read += 1
        if found.read > MOST_CANDIDATES:
            raise Unreadable("there are too many files with names of exercises")
        found.add(
            replace(fit, version=max(fit.version, item.version)), item.place, item.read(MOST_BYTES + 1), item.modified
        )
    elif candidates.looks_like_an_answer(name):
        found.left.append(f"{line(item.place)}: it belongs to no exercise")
    else:
        found.others.append(item.place)


def _lose(found: _Sorted, item: Item, why: str) -> None:
    """Something is not read: told with emphasis if it may be what a student worked on."""
    fit = candidates.fits(item.name)
    told = f"{line(item.place)}: {why}"
    if fit is not None or item.name.lower().endswith((*KINDS, *containers.OTHER_ARCHIVES)):
        found.lost.append((fit.exercise.name if fit else None, told))
    else:
        found.left.append(told)


def _sort_notebook(found: _Sorted, item: Item) -> None:
    """Add the answers in the cells of a notebook."""
    assert item.read is not None
    content = item.read(notebook_cells.MOST_BYTES + 1)
    if len(content) > notebook_cells.MOST_BYTES:
        most = notebook_cells.MOST_BYTES >> 20
        raise Unreadable(f"it is larger than {most} MiB; hand in the exNN_name.py files alone")
    if not content:
        raise Unreadable("it is empty")
    try:
        cells = notebook_cells.code_cells(containers.in_utf8(content))
    except notebook_cells.NoNotebook as error:
        raise Unreadable(str(error)) from error
    read = notebook_cells.answers(cells, candidates.is_stub)
    for file, text in read.files.items():
        fit = candidates.fits(file)
        if fit is None or fit.how != candidates.EXACT:
            found.left.append(f"{line(file)}: {ONLY_ANSWERS}")
        else:
            data = text.encode("utf-8", "surrogatepass")[: MOST_BYTES + 1]
            found.add(replace(fit, version=max(fit.version, item.version)), item.place, data, item.modified)
    for what, why, meant in read.left:
        if meant is None:
            found.left.append(f"{line(what)}: {why}")
        else:
            found.lost.append((meant.removesuffix(".py"), f"{line(item.place)}: {line(what)}: {why}"))
    found.notes += [f"{line(item.place)}: {note}" for note in read.notes]


def _told(found: _Sorted, chosen: dict[str, Candidate], own: Collection[str]) -> tuple[list[str], list[str]]:
    """What is noted of the choice, and what was left without a note, a line each.

    What is not read is noted if it may be work that counts nowhere else. Candidates of one folder that lost to those of
    another for one reason are one line: a whole copy, as a rule.
    """
    left: list[str] = []
    together: dict[tuple[str, str, str], list[tuple[Exercise, Candidate, Candidate]]] = {}
    notes = []
    for key, winner in chosen.items():
        exercise = winner.fit.exercise
        name = winner.place.rpartition("/")[2]
        other_name = name not in (exercise.file, *own) and not name.lower().endswith(NOTEBOOK)
        if winner.fit.how != candidates.EXACT or other_name:  # a platform's name inside a folder
            notes.append(f"{line(winner.place)} counts as {exercise.file}")
        for loser in found.candidates[key]:
            if loser is winner:
                continue
            why = candidates.why_not(loser, winner)
            if why == "identical":
                left.append(f"{line(loser.place)}: identical to {line(winner.place)}")
                continue
            together.setdefault((winner.folder, loser.folder, why), []).append((exercise, winner, loser))
    for (at, other, why), several in together.items():
        if len(several) == 1 or at == other:
            notes += [f"{e.short}: {line(w.place)} is taken, not {line(x.place)} ({why})" for e, w, x in several]
        else:
            which = ", ".join(exercise.short for exercise, _, _ in several)
            notes.append(f"{which}: taken from {_shown(at)}, not from {_shown(other)} ({why})")
    for missed, told in found.lost:
        (left if not chosen or missed in chosen else notes).append(told)
    return notes, [*left, *found.left]


def _bounded(lines: Sequence[str]) -> tuple[str, ...]:
    more = len(lines) - MOST_NAMED
    return (*lines[:MOST_NAMED], f"and {more:,} more") if more > 0 else tuple(lines)


def _shown(folder: str) -> str:
    return f"{line(folder)}/" if folder else "the top folder"


def _others(places: Sequence[str]) -> list[str]:
    """List files that are not answers: by name if they are few, else counted in one line."""
    if len(places) <= MOST_OTHERS:
        return [f"{line(place)}: {ONLY_ANSWERS}" for place in places]
    some = ", ".join(line(place)[:60] for place in places[:3])
    return [f"{len(places):,} other files ({some}, ...): {ONLY_ANSWERS}"]


def _skipped(places: Sequence[str]) -> list[str]:
    if len(places) <= MOST_OTHERS:
        return [f"{', '.join(f'{line(place)}/…' for place in places)}: not looked into"] if places else []
    some = ", ".join(line(place)[:60] for place in places[:3])
    return [f"{len(places):,} folders ({some}, ...): skipped"]
