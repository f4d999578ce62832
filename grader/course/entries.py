"""The submissions of a class: the students, what each handed in, and the folder of each result."""

import hashlib
import itertools
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.base import paths
from grader.base.errors import UsageError
from grader.base.plain_text import line
from grader.course import platform_names
from grader.course.platform_names import GITHUB, GRADESCOPE, MOODLE, PlatformName
from grader.course.results_folder import CLASS_FILES, RESERVED
from grader.course.roster import Lookup, Person
from grader.kata import candidates, curriculum, intake
from grader.kata.containers import OTHER_ARCHIVES, natural

_PLAIN_NAME = re.compile(r"(?!.*-[0-9a-f]{8}$)[\w@+][\w @+.,()'’-]{0,99}")  # none looks like the name of an odd one
_BEFORE_AN_ANSWER = re.compile(r"(?P<name>.+?)[ _-]+ex\d\d?(?:[_ -].*)?\.py", re.IGNORECASE)
# Names that begin so are never a submission, and not worth a note.
_OF_THE_SYSTEM = (
    "._",
    ".DS_Store",
    ".git",
    ".ipynb_checkpoints",
    "Thumbs.db",
    "desktop.ini",
    "__MACOSX",
    platform_names.METADATA,
)
MOST_NAMED = 8


@dataclass(frozen=True)
class Entry:
    """The submission of one student.

    Attributes:
        student: the name.
        paths: where it lies; several if the student handed in several; none if nothing.
        slot: the folder of RESULTS that the result goes to.
        person: what the class list, or the platform, tells of the student.
        late: whether the platform marked it as late.
        attempt: which attempt, from 1; 0: not told.
        platform: whose naming it has; empty: nobody's.
        platform_id: the id in that name.
        group: those who handed it in together, if they are several.
    """

    student: str
    paths: tuple[Path, ...]
    slot: str
    person: Person = field(default_factory=lambda: Person(""))
    late: bool = False
    attempt: int = 0
    platform: str = ""
    platform_id: str = ""
    group: tuple[Person, ...] = ()


@dataclass(frozen=True)
class HandedIn:
    """A folder of submissions.

    Attributes:
        entries: those who handed in, in the order of their names.
        absent: those of the class list who did not.
        notes: what an instructor should know of the folder as a whole, a line each.
    """

    entries: tuple[Entry, ...]
    absent: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def students(self) -> dict[str, Entry]:
        """All students, by name."""
        return {entry.student: entry for entry in (*self.entries, *self.absent)}


def entries(submissions: Path, people: Sequence[Person] = ()) -> HandedIn:
    """The submissions in a folder.

    Args:
        submissions: the folder.
        people: of the class list, if there is one.

    Raises:
        UsageError: there is no such folder, it cannot be read, or it holds no submission.
    """
    shown = paths.shown(submissions)
    if submissions.is_file():
        raise UsageError(f"{shown} is a file; name the folder that holds the submissions (unpack a zip of them first)")
    try:
        found = sorted(os.scandir(submissions), key=lambda entry: natural(entry.name))
        is_folder = {entry.name: entry.is_dir() for entry in found}
    except OSError as error:
        raise UsageError(f"the submissions in {shown} cannot be read: {error.strerror}") from error
    places = [submissions / entry.name for entry in found]
    submitters = platform_names.gradescope_submitters(submissions)
    logins = platform_names.github_logins([place for place in places if is_folder[place.name]])
    lookup = Lookup(people)
    groups: dict[tuple[str, ...], list[tuple[PlatformName, Path]]] = {}
    strangers = []
    for place in places:
        if place.name.startswith(_OF_THE_SYSTEM):
            continue
        told = _told(place, logins, is_folder=is_folder[place.name])
        if told is None and lookup.find([place.stem]):  # an essay instead of answers: with a row, and 0 points
            told = PlatformName("", place.stem)
        if told is None or place.name.startswith("."):
            strangers.append(place.name)
            continue
        key = (told.platform, told.id) if told.id else ("", told.student)
        groups.setdefault(key, []).append((told, place))
    if not groups:
        hint = "; it looks like one submission: name the folder that it lies in" if single(submissions) else ""
        raise UsageError(
            f"{shown} holds no submission: a folder, a .zip or an .ipynb for each student is expected{hint}"
        )
    notes = [f"{_few(strangers)}: not graded; a submission is a folder, a .zip or an .ipynb"] if strangers else []
    if len(places) == 1 and _holds_folders(places[0]):
        notes.append(
            f"{line(places[0].name)} is read as one student; if it is the class, name {shown}/{places[0].name}"
        )
    alone = [_entry(parts, submitters) for parts in groups.values()]
    if people:
        alone, more = _by_class_list(alone, lookup)
        notes += more
    named = _distinct(alone)
    notes += _renamed(alone, named)
    handed_in = {entry.person.name for entry in named}  # no two of a class list have one name
    away = [person for person in people if person.name not in handed_in]
    absent = tuple(Entry(person.name, (), slot(person.name), person) for person in away)
    for entry in named:
        if len(entry.paths) > 1 and not entry.platform:
            what = ", ".join(line(path.name) for path in entry.paths)
            notes.append(f"{entry.student}: {what} are read as one submission")
    return HandedIn(tuple(sorted(named, key=lambda entry: natural(entry.student))), absent, tuple(notes))


def single(path: Path) -> Entry | None:
    """Read one submission: a zip, a notebook, or a folder with answers at its top; return None for a folder of
    submissions.
    """
    try:
        answers = {exercise.file for exercise in curriculum.exercises()}
        is_one = path.is_file() or any(each.name in answers for each in os.scandir(path))
    except OSError as error:
        raise UsageError(f"the submissions in {paths.shown(path)} cannot be read: {error.strerror}") from error
    return Entry(line(path.resolve().name), (path,), "") if is_one else None


def _holds_folders(place: Path) -> bool:
    """Whether there are several folders and no files, as if a class had been unpacked into one folder more."""
    inside = [each for each in os.scandir(place) if not each.name.startswith(".")] if place.is_dir() else []
    return len(inside) > 1 and all(each.is_dir() for each in inside)


def _told(place: Path, logins: dict[str, str], *, is_folder: bool) -> PlatformName | None:
    """Whose an entry is by its name; None if it is no submission."""
    name = unicodedata.normalize("NFC", place.name)
    if told := platform_names.read(name, is_folder=is_folder):
        return told
    if is_folder:
        return PlatformName(GITHUB, logins[place.name]) if place.name in logins else PlatformName("", name)
    lower = name.lower()
    if lower.endswith((*intake.KINDS, *OTHER_ARCHIVES)):
        return PlatformName("", re.sub(r"\.tar$", "", name.rpartition(".")[0], flags=re.IGNORECASE))
    if before := _BEFORE_AN_ANSWER.fullmatch(name):
        return PlatformName("", before["name"])
    if lower.endswith(".py") and candidates.fits(name) is None:
        return PlatformName("", name.rpartition(".")[0])
    return None


def _entry(parts: Sequence[tuple[PlatformName, Path]], submitters: dict[str, tuple[Person, ...]]) -> Entry:
    """Combine all files with the same name or id into one student's submission."""
    files = [(told, path) for told, path in parts if not told.online_text] or list(parts)
    files.sort(key=lambda part: part[0].attempt)
    told = files[-1][0]
    student, person = told.student, Person("", id=told.id)
    group: tuple[Person, ...] = ()
    if told.platform == GRADESCOPE and (group := submitters.get(files[0][1].name, ())):
        student, person = " and ".join(one.name for one in group), replace(group[0], name="")
    elif told.platform == GITHUB:
        person = Person("", login=told.student)
    return Entry(
        student,
        tuple(path for _, path in files),
        "",
        person,
        any(each.late for each, _ in files),
        max(each.attempt for each, _ in files),
        told.platform,
        told.id,
        group,
    )


def _each(entry: Entry) -> list[Entry]:
    """An entry for each of those who handed it in."""
    return [replace(entry, student=one.name, person=replace(one, name=""), group=()) for one in entry.group] or [entry]


def _by_class_list(found: Sequence[Entry], lookup: Lookup) -> tuple[list[Entry], list[str]]:
    """Entries under the names of the class list; those of one student become one; notes of what did not fit."""
    merged: dict[str, Entry] = {}
    kept, unknown, notes = [], [], []
    for entry in itertools.chain.from_iterable(map(_each, found)):
        stems = [path.name if path.is_dir() else path.name.partition(".")[0] for path in entry.paths]
        names = [entry.person.login, entry.person.email, entry.student, *stems]
        # Moodle writes the number of the participant, which a class list knows as well as that of the user, or not.
        ids = [entry.person.id]
        meant = lookup.find([*names, *ids] if entry.platform == MOODLE else [*ids, *names])
        if len(meant) != 1:
            kept.append(entry)
            if meant:
                notes.append(f"{line(entry.student)}: could be {' or '.join(person.name for person in meant)}")
            else:
                unknown.append(line(entry.student))
            continue
        (person,) = meant
        named = replace(entry, student=person.name, person=replace(person, id=person.id or entry.person.id))
        if person.name in merged:
            before = merged[person.name]
            notes.append(f"{person.name}: {before.paths[0].name} and {entry.paths[0].name} are read as one submission")
            named = replace(
                before,
                paths=(*before.paths, *entry.paths),
                late=before.late or entry.late,
                attempt=max(before.attempt, entry.attempt),
            )
        merged[person.name] = named
    if unknown:
        notes.append(f"not in the roster: {_few(unknown)}")
    return [*kept, *merged.values()], notes


def _distinct(found: Sequence[Entry]) -> list[Entry]:
    """Make names unique, even on file systems that ignore case."""
    names = [entry.student for entry in found]
    forms: tuple[Callable[[Entry], str], ...] = (
        lambda entry: f"{entry.student} ({entry.person.id})" if entry.person.id else entry.student,
        lambda entry: entry.paths[0].name,
        lambda entry: f"{entry.paths[0].name} {hashlib.sha256(os.fsencode(entry.paths[0].name)).hexdigest()[:6]}",
    )
    for form in forms:
        counts = Counter(line(name).casefold() for name in names)
        names = [
            form(entry) if counts[line(name).casefold()] > 1 else name for name, entry in zip(names, found, strict=True)
        ]
    return [replace(entry, student=line(name), slot=slot(name)) for name, entry in zip(names, found, strict=True)]


def _renamed(before: Sequence[Entry], after: Sequence[Entry]) -> Iterator[str]:
    """Note which students have another name in the results, because theirs is not unique."""
    several: dict[str, list[tuple[str, str]]] = {}
    for was, now in zip(before, after, strict=True):
        if line(was.student) != now.student:
            several.setdefault(line(was.student).casefold(), []).append((line(was.student), now.student))
    for renamed in several.values():
        names, shown = ({each[at]: None for each in renamed} for at in (0, 1))
        which = "differ only in case" if len(names) > 1 else "is the name of several"
        yield f"{', '.join(names)}: {which}; in the results: {', '.join(shown)}"


def slot(student: str) -> str:
    """Return the name of a student's folder in RESULTS, without characters that could lead elsewhere or hide it."""
    free = student.casefold() not in (*CLASS_FILES, *RESERVED)
    if _PLAIN_NAME.fullmatch(student) and free and not student.endswith((".", " ")):
        return student
    kept = re.sub(r"[^\w@+-]", "_", student.encode("utf-8", "replace").decode())[:60].strip("_-")
    return f"{kept or 'student'}-{hashlib.sha256(os.fsencode(student)).hexdigest()[:8]}"


def _few(names: Sequence[str]) -> str:
    """Write some names, and how many more there are."""
    shown = ", ".join(line(name)[:80] for name in names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown} and {len(names) - MOST_NAMED} more"
