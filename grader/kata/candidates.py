"""Decides which file answers which exercise, and which one counts if there are several. No code is run.

Edited files win over untouched stubs; then files outside folders called old, backup or draft; then the exact name
`exNN_name.py`; then the newest; then the deepest; then the last by name.
"""

import ast
import functools
import re
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from grader.base.errors import UsageError
from grader.kata import curriculum, references, stubs
from grader.kata.containers import natural
from grader.kata.curriculum import Exercise

EXACT, RENAMED, NUMBER_ONLY = 0, 1, 2  # how a name matches: exactly, changed by a platform, another name after `exNN_`
SAME_SECONDS = 5.0  # files written within this many seconds count as equally old, because unpacking takes time
WORK, STUB, GIVEN, EMPTY = 3, 2, 1, 0
_SET_ASIDE = re.compile(r"(?:^|[^a-z])(?:old|back-?up|bak|drafts?|archived?|previous|trash|deleted)(?:$|[^a-z])")

_OF_A_PLATFORM = re.compile(r"^(?:[^/]*?_\d+_assignsubmission_file_|[a-z0-9]+_(?:late_)?\d+_\d+_)(?=.)")
_COPIED = re.compile(r"(?: ?\((?P<number>\d{1,3})\)|-(?P<version>\d{1,2})|(?: ?-? ?|_)copy(?: ?\d{1,3})?)$")
_NUMBER = re.compile(r"(?:exercise|ex)?[ _-]?0*(\d{1,2})")
_OTHER_NAME = re.compile(r"(?:.+_)?(?:exercise|ex)_?0*(\d{1,2})(?:_.+)?")
_ENDINGS = re.compile(r"(?:\.(?:pyw?|txt|download))*$")  # `.py.txt`: browsers and mail programs add to a name


@dataclass(frozen=True)
class Fit:
    """How well a file name matches an exercise, and the version that a platform appended."""

    exercise: Exercise
    how: int
    version: int = 0


@dataclass(frozen=True)
class Candidate:
    """A file, or the cells of a notebook, that could answer an exercise."""

    fit: Fit
    place: str
    content: bytes
    modified: float = 0.0

    @functools.cached_property
    def state(self) -> int:
        """Whether it contains work, the untouched stub, the kata's own solution file, or nothing."""
        if self.folder.rpartition("/")[2].casefold() == "solutions" and _is_published(self.fit.exercise, self.content):
            return GIVEN
        return state(self.fit.exercise, self.content)

    @property
    def folder(self) -> str:
        """Its path without its name."""
        return self.place.rpartition("/")[0]

    @property
    def set_aside(self) -> bool:
        """Whether it is inside a folder called old, backup, draft or similar."""
        return _SET_ASIDE.search(self.folder.casefold()) is not None


def is_stub(file: str, text: str) -> bool:
    """Return whether a piece of a notebook is the unchanged stub, or a part of it."""
    fit = fits(file)
    return fit is not None and state(fit.exercise, text.encode("utf-8", "replace")) == STUB


def fits(name: str) -> Fit | None:
    """Return the exercise that a file name matches; None for any other file."""
    plain = unicodedata.normalize("NFC", name).strip()
    exact = next((exercise for exercise in curriculum.exercises() if exercise.file == plain), None)
    if exact is not None:
        return Fit(exact, EXACT)
    lower = plain.casefold()
    endings = _ENDINGS.search(lower)
    assert endings is not None
    stem, version, from_a_platform = lower[: endings.start()], 0, False
    if found := _OF_A_PLATFORM.match(stem):
        stem, from_a_platform = stem[found.end() :], True
    stem = stem.removeprefix("copy of ")
    while (copied := _COPIED.search(stem)) and copied.start() > 0:
        version = max(version, int(copied["version"] or copied["number"] or 0))
        stem = stem[: copied.start()]
    stem = re.sub(r"[ -]+", "_", stem)
    by_name = [exercise for exercise in curriculum.exercises() if stem in (exercise.name, exercise.name[5:])]
    by_name = by_name or [exercise for exercise in curriculum.exercises() if stem.endswith(f"_{exercise.name}")]
    if by_name:
        how = EXACT if from_a_platform and stem == by_name[0].name else RENAMED
        return Fit(by_name[0], how, version)
    if ".py" not in endings[0]:  # `ex05 notes.txt` is none
        return None
    for pattern, how in ((_NUMBER, RENAMED), (_OTHER_NAME, NUMBER_ONLY)):
        if number := pattern.fullmatch(stem):
            by_number = [exercise for exercise in curriculum.exercises() if exercise.number == int(number[1])]
            return Fit(by_number[0], how, version) if by_number else None
    return None


def version(name: str) -> int:
    """Return the version that a platform appended to a name: `..._lab1-2.zip` is 2."""
    stem = name.casefold().rpartition(".")[0]
    copied = _COPIED.search(stem) if _OF_A_PLATFORM.match(stem) else None
    return int(copied["version"] or 0) if copied else 0


def looks_like_an_answer(name: str) -> bool:
    """Return whether a name looks like an answer, but matches no exercise."""
    return re.fullmatch(r"ex\d\d_\w+\.py", name.casefold(), re.ASCII) is not None


def choose(candidates: Sequence[Candidate]) -> Candidate:
    """Choose the candidate that counts for an exercise."""
    if len(candidates) == 1:
        return candidates[0]

    def first(candidate: Candidate) -> tuple[int, bool, int, int]:
        return (candidate.state, not candidate.set_aside, -candidate.fit.how, candidate.fit.version)

    best = max(map(first, candidates))
    left = [candidate for candidate in candidates if first(candidate) == best]
    newest = max(candidate.modified for candidate in left)
    left = [candidate for candidate in left if candidate.modified >= newest - SAME_SECONDS]
    return max(left, key=lambda candidate: (candidate.place.count("/"), natural(candidate.place)))


def why_not(loser: Candidate, winner: Candidate) -> str:
    """Say in a few words why one of two candidates does not count."""
    if loser.content == winner.content:
        return "identical"
    if loser.state != winner.state:
        return {STUB: "an untouched stub", GIVEN: "the kata's own solution"}.get(loser.state, "no work in it")
    if loser.set_aside != winner.set_aside:
        return "in a folder called old, backup or draft"
    if loser.fit.how != winner.fit.how:
        return "not the exact name"
    if loser.fit.version != winner.fit.version or loser.modified < winner.modified - SAME_SECONDS:
        return "older"
    return "less deep" if loser.place.count("/") < winner.place.count("/") else "earlier by name"


def state(exercise: Exercise, content: bytes) -> int:
    """Return whether a text contains work on an exercise, or only what everyone was given."""
    text = content.decode("utf-8", "replace")
    if not text.strip():
        return EMPTY
    tree = _parsed(text)
    asked = _asked(exercise.name)
    if tree is None:
        return WORK if any(re.search(rf"\b{re.escape(name.partition('.')[0])}\b", text) for name in asked) else EMPTY
    bodies = _bodies(tree)
    present = asked & bodies.keys()
    tops = {name.partition(".")[0] for name in asked}
    if present:
        return WORK if any(bodies[name] for name in present) else STUB
    return WORK if tops & _names(tree) else EMPTY


@functools.cache
def _asked(name: str) -> frozenset[str]:
    """List the functions and methods that an exercise's stub leaves to write."""
    (exercise,) = (exercise for exercise in curriculum.lessons() if exercise.name == name)
    try:
        tree = _parsed(stubs.stub(exercise))
    except UsageError:
        tree = None
    return frozenset(name for name, written in _bodies(tree).items() if not written) if tree else frozenset()


def _is_published(exercise: Exercise, content: bytes) -> bool:
    """Return whether a file is the published solution."""
    solution = references.solution(exercise.name)
    return solution is not None and content.replace(b"\r\n", b"\n") == solution.encode()


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a warning about a student's `"\d"` does not help the instructor
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _bodies(tree: ast.Module) -> dict[str, bool]:
    """Map the functions of a text, methods as `Class.method`, to whether each is written."""
    found: dict[str, bool] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = _is_written(node)
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    found[f"{node.name}.{inner.name}"] = _is_written(inner)
    return found


def _is_written(function: ast.FunctionDef) -> bool:
    last = function.body[-1]
    if not isinstance(last, ast.Raise) or last.exc is None:
        return True
    raised = last.exc.func if isinstance(last.exc, ast.Call) else last.exc
    return not (isinstance(raised, ast.Name) and raised.id == "NotImplementedError")


def _names(tree: ast.Module) -> set[str]:
    """List the names that a text defines or assigns at top level."""
    names = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names
