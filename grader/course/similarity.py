"""Submissions that are more alike than the class explains: pairs and groups. A hint to look, never a verdict.

Code is tokenised by Pygments with its names levelled, and fingerprinted by winnowing (Schleimer, Wilkerson and Aiken,
"Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003). Everybody here solves the same small
exercises, so most fingerprints say nothing: those of the stubs and of the solutions are taken out, and one that a
twentieth of the class shares no longer counts. What is left weighs the more, the fewer share it.

copydetect does the same by the same paper, but for 80 MB of plotting libraries, a result that differs from run to run
(it selects by Python's salted `hash`) and a comparison of all pairs; the winnowing itself is ten lines.
"""

import hashlib
import itertools
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from pygments.lexers import PythonLexer
from pygments.token import Token

from grader.kata import curriculum, references, stubs

GRAM = 12  # tokens, about two lines; two people often write the same shorter pieces
WINDOW = 6  # so that a copy of 17 tokens or more is always seen
MOST_SHARERS = 25
LEAST_SHARED = 6  # fingerprints that almost no one else has
LEAST_LIKENESS = 0.3
SPREADS = 6.0  # how far above the other pairs, in median absolute deviations
MOST_PAIRS = 60
LEAST_OF_A_COPY = 0.8  # of the shorter submission, counting everything that a group shares
LEAST_SAME_CODE = 3  # exercises that equal the published solution except for comments; a single one is not unusual
MOST_IDENTICAL = 60
EARLIER = "earlier: "  # prefix for submissions that are only used for comparison
IDENTICAL, RENAMED, ALIKE = "identical bytes", "the same code but for names, numbers and comments", "alike"

Fingerprints = dict[int, tuple[int, int]]


@dataclass(frozen=True)
class Side:
    """One of two answers: its owner, its lines, and which of them the other one shares (from 0)."""

    student: str
    lines: tuple[str, ...]
    shared: frozenset[int]


@dataclass(frozen=True)
class Alike:
    """One exercise in which two answers are similar."""

    exercise: str
    likeness: float
    left: Side
    right: Side


@dataclass(frozen=True)
class Pair:
    """Two students whose answers share code that the class does not; the most similar exercises first.

    Attributes:
        likeness: of what is rare in the shorter of the two, the share that is in both, by weight.
        shared: how many rare fingerprints that is.
    """

    left: str
    right: str
    likeness: float
    shared: int
    exercises: tuple[Alike, ...]


@dataclass(frozen=True)
class Group:
    """Students whose whole submissions are copies of each other, as far as the code shows.

    Attributes:
        students: three or more; two are a pair.
        how: identical bytes, the same code, or alike.
        exercises: that they have in common; of each the first two students' sides.
    """

    students: tuple[str, ...]
    how: str
    exercises: tuple[Alike, ...]


@dataclass(frozen=True)
class Published:
    """A student whose answers equal the published solutions: in which exercises, and whether byte by byte."""

    student: str
    exercises: tuple[str, ...]
    how: str


@dataclass(frozen=True)
class Identical:
    """One exercise in which students handed in identical files that no one was given."""

    exercise: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Similar:
    """The findings of a comparison of a class."""

    pairs: tuple[Pair, ...] = ()
    groups: tuple[Group, ...] = ()
    published: tuple[Published, ...] = ()
    identical: tuple[Identical, ...] = ()


@dataclass
class _Class:
    """The fingerprints of a class, by answer, and who has each."""

    prints: dict[tuple[str, str], Fingerprints] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    bytes: dict[tuple[str, str], bytes] = field(default_factory=dict)
    owners: dict[tuple[str, int], list[str]] = field(default_factory=lambda: defaultdict(list))


def fingerprints(text: str) -> Fingerprints:
    """The winnowed fingerprints of Python code, each with the first and the last line (from 0) that it covers."""
    tokens = _levelled(text)
    grams = [
        (_hash(" ".join(sign for sign, _ in tokens[at : at + GRAM])), tokens[at][1], tokens[at + GRAM - 1][1])
        for at in range(len(tokens) - GRAM + 1)
    ]
    chosen: Fingerprints = {}
    for at in range(max(len(grams) - WINDOW + 1, min(len(grams), 1))):
        least, first, last = min(grams[at : at + WINDOW])
        chosen[least] = (first, last)
    return chosen


def compare(
    answers: Iterable[tuple[str, Mapping[str, bytes]]], earlier: Iterable[tuple[str, Mapping[str, bytes]]] = ()
) -> Similar:
    """Compare a class. Pairs come most similar first; those within a group are reported with the group.

    Args:
        answers: of each student the files, by name.
        earlier: the same of earlier years, under names that begin with `EARLIER`.
    """
    given = {exercise.file: _Given(exercise) for exercise in curriculum.exercises()}
    group = _Class()
    students: list[str] = []
    for student, files in itertools.chain(answers, earlier):
        students.append(student)
        for name in sorted(files.keys() & given):
            text = files[name].decode("utf-8", "replace")
            known = given[name].fingerprints
            own = {print_: place for print_, place in fingerprints(text).items() if print_ not in known}
            group.prints[student, name], group.texts[student, name] = own, text
            group.bytes[student, name] = hashlib.sha256(files[name]).digest()
            for print_ in own:
                group.owners[name, print_].append(student)
    ours = [student for student in students if not student.startswith(EARLIER)]
    groups = _groups(group, students)
    together = {pair for each in groups for pair in itertools.combinations(sorted(each.students), 2)}
    found = _standing_out(group, len(students), together)
    return Similar(found, groups, _published(group, ours, given), _identical(group, given))


class _Given:
    """What everyone was given or could have written: the stub and the solution of an exercise."""

    def __init__(self, exercise: curriculum.Exercise) -> None:
        solution = references.solution(exercise.name)
        self.texts = (solution, stubs.without_markers(solution), stubs.stub(exercise)) if solution is not None else ()
        self.fingerprints = frozenset(print_ for text in self.texts for print_ in fingerprints(text))
        self.published = {_sha256(text) for text in self.texts[:2]}
        self.stub = {_sha256(text) for text in self.texts[2:]}
        self.code = _code(self.texts[0]) if self.texts else ""


def _published(group: _Class, students: Sequence[str], given: Mapping[str, _Given]) -> tuple[Published, ...]:
    """List who handed in the published solutions."""
    found = []
    for student in students:
        files = [name for owner, name in group.texts if owner == student]
        same = [name for name in files if group.bytes[student, name] in given[name].published]
        code = [name for name in files if name in same or _code(group.texts[student, name]) == given[name].code]
        if same:
            found.append(Published(student, tuple(name[:4] for name in same), IDENTICAL))
        if len(code) > len(same) and len(code) >= min(LEAST_SAME_CODE, max(len(files), 2)):
            more = tuple(name[:4] for name in code if name not in same)
            found.append(Published(student, more, "the same code but for comments and layout"))
    return tuple(found)


def _identical(group: _Class, given: Mapping[str, _Given]) -> tuple[Identical, ...]:
    """List files that several students handed in byte by byte, except for given or published ones."""
    owners: dict[tuple[str, bytes], list[str]] = defaultdict(list)
    for (student, name), digest in group.bytes.items():
        if digest not in given[name].published | given[name].stub and group.texts[student, name].strip():
            owners[name, digest].append(student)
    found = [
        Identical(name.removesuffix(".py"), tuple(sorted(who)))
        for (name, _), who in owners.items()
        if len(who) > 1 and not all(student.startswith(EARLIER) for student in who)
    ]
    return tuple(sorted(found, key=lambda one: (one.exercise, one.students))[:MOST_IDENTICAL])


def _groups(group: _Class, students: Sequence[str]) -> tuple[Group, ...]:
    """Group three or more students linked by copies of whole submissions.

    That a twentieth of the class shares something explains it where people write alike; it does not if they share
    nearly all that is theirs.
    """
    own: dict[str, set[tuple[str, int]]] = {student: set() for student in students}
    for (student, name), prints in group.prints.items():
        own[student] |= {(name, print_) for print_ in prints}
    above: dict[str, str] = {}

    def top(student: str) -> str:
        while student in above:
            student = above[student]
        return student

    for left, right in itertools.combinations(students, 2):
        less = min(len(own[left]), len(own[right]))
        enough = less >= LEAST_SHARED and len(own[left] & own[right]) >= LEAST_OF_A_COPY * less
        if enough and top(left) != top(right):
            above[top(right)] = top(left)
    members: dict[str, list[str]] = defaultdict(list)
    for student in students:
        members[top(student)].append(student)
    found = []
    for who in members.values():
        ours = [student for student in who if not student.startswith(EARLIER)]
        common = sorted(set.intersection(*({name for owner, name in group.prints if owner == s} for s in who)))
        if ours and common and len(who) > 2:
            found.append(
                Group(tuple(sorted(who)), _how(group, who, common), tuple(_shown(group, who, name) for name in common))
            )
    return tuple(sorted(found, key=lambda one: (-len(one.students), one.students)))


def _how(group: _Class, students: Sequence[str], files: Sequence[str]) -> str:
    if all(len({group.bytes[student, name] for student in students}) == 1 for name in files):
        return IDENTICAL
    same = all(len({tuple(t for t, _ in _levelled(group.texts[s, name])) for s in students}) == 1 for name in files)
    return RENAMED if same else ALIKE


def _shown(group: _Class, students: Sequence[str], name: str) -> Alike:
    """Show the first two of a group side by side in one exercise."""
    left, right = sorted(students)[:2]
    prints = [group.prints[student, name] for student in (left, right)]
    common = [print_ for print_ in prints[0] if print_ in prints[1]]
    less = min(len(each) for each in prints)
    sides = [_side(group, student, name, common) for student in (left, right)]
    return Alike(name.removesuffix(".py"), len(common) / less if less else 1.0, *sides)


def _standing_out(group: _Class, students: int, together: Collection[tuple[str, str]]) -> tuple[Pair, ...]:
    """List the pairs that stand out, except within a group or between two submissions of earlier years."""
    most = min(max(3, students // 20), MOST_SHARERS)
    weights = {
        key: math.log2((students + 1) / len(owners)) for key, owners in group.owners.items() if len(owners) <= most
    }
    own: dict[str, list[float]] = defaultdict(list)
    shared: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for key, weight in weights.items():
        for owner in group.owners[key]:
            own[owner].append(weight)
        for pair in itertools.combinations(sorted(group.owners[key]), 2):
            shared[pair].append(key)
    whole = {student: math.fsum(each) for student, each in own.items()}
    likeness = {
        pair: math.fsum(weights[key] for key in keys) / min(whole[pair[0]], whole[pair[1]])
        for pair, keys in shared.items()
    }
    every = list(likeness.values()) + [0.0] * (students * (students - 1) // 2 - len(likeness))
    middle = median(every) if every else 0.0
    spread = median(abs(value - middle) for value in every) if every else 0.0
    least = max(middle + SPREADS * spread, LEAST_LIKENESS)
    standing_out = [
        pair
        for pair, value in likeness.items()
        if value >= least
        and len(shared[pair]) >= LEAST_SHARED
        and pair not in together
        and not all(student.startswith(EARLIER) for student in pair)
    ]
    standing_out.sort(key=lambda pair: (-likeness[pair], pair))
    return tuple(_pair(group, p, likeness[p], shared[p], weights) for p in standing_out[:MOST_PAIRS])


def _pair(
    group: _Class,
    students: tuple[str, str],
    likeness: float,
    shared: list[tuple[str, int]],
    weights: dict[tuple[str, int], float],
) -> Pair:
    alike = []
    for name in sorted({name for name, _ in shared}):
        common = [key for key in shared if key[0] == name]
        weight = math.fsum(weights[key] for key in common)
        least = min(math.fsum(weights.get((name, p), 0.0) for p in group.prints[s, name]) for s in students)
        if weight < LEAST_LIKENESS * least:
            continue
        sides = [_side(group, student, name, [print_ for _, print_ in common]) for student in students]
        alike.append(Alike(name.removesuffix(".py"), weight / least, *sides))
    alike.sort(key=lambda one: (-len(one.left.shared), one.exercise))
    return Pair(*students, likeness, len(shared), tuple(alike))


def _side(group: _Class, student: str, name: str, common: list[int]) -> Side:
    places = group.prints[student, name]
    lines = {line for print_ in common for line in range(places[print_][0], places[print_][1] + 1)}
    return Side(student, tuple(group.texts[student, name].split("\n")), frozenset(lines))


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _code(text: str) -> str:
    """Tokenise a text with names, without comments, docstrings and layout."""
    tokens = PythonLexer(stripnl=False, ensurenl=False).get_tokens(text)
    return " ".join(value for kind, value in tokens if _sign(kind, value))


def _levelled(text: str) -> list[tuple[str, int]]:
    """Normalise tokens: names, numbers and strings are each replaced by one token; comments and layout are dropped."""
    tokens, line = [], 0
    for kind, value in PythonLexer(stripnl=False, ensurenl=False).get_tokens(text):
        sign = _sign(kind, value)
        if sign:
            tokens.append((sign, line))
        line += value.count("\n")
    return tokens


def _sign(kind: Any, value: str) -> str:
    if kind in Token.Comment or kind in Token.Text or kind in Token.Literal.String.Doc:
        return ""
    if kind in Token.Name and kind not in Token.Name.Builtin:
        return "n"
    if kind in Token.Literal:
        return "s" if kind in Token.Literal.String else "0"
    return value


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
