"""Pairs of submissions that are more alike than the class explains. A hint to look, never a verdict.

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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from pygments.lexers import PythonLexer
from pygments.token import Token

from grader.kata import curriculum, references, stubs

GRAM = 12  # tokens: about two lines; anything shorter two people write alike
WINDOW = 6  # so that a copy of 17 tokens or more is always seen
MOST_SHARERS = 25
LEAST_SHARED = 6  # fingerprints that nearly nobody else has
LEAST_LIKENESS = 0.3
SPREADS = 6.0  # how far above the other pairs, in median absolute deviations
MOST_PAIRS = 60

Fingerprints = dict[int, tuple[int, int]]


@dataclass(frozen=True)
class Side:
    """One of two answers: whose it is, its lines, and which of them the other has too (from 0)."""

    student: str
    lines: tuple[str, ...]
    shared: frozenset[int]


@dataclass(frozen=True)
class Alike:
    """One exercise in which the two of a pair are alike."""

    exercise: str
    likeness: float
    left: Side
    right: Side


@dataclass(frozen=True)
class Pair:
    """Two students whose answers share what the class does not; the exercises, the most alike first.

    Attributes:
        likeness: of what is rare in the shorter of the two, the share that is in both, by weight.
        shared: how many rare fingerprints that is.
    """

    left: str
    right: str
    likeness: float
    shared: int
    exercises: tuple[Alike, ...]


@dataclass
class _Class:
    """The fingerprints of a class: by answer, and who has each."""

    prints: dict[tuple[str, str], Fingerprints] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
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


def pairs(answers: Iterable[tuple[str, Mapping[str, bytes]]]) -> tuple[Pair, ...]:
    """Compare a class.

    Args:
        answers: of each student the files, by name.

    Returns:
        the pairs that stand out, the most alike first.
    """
    known = {exercise.file: _known(exercise) for exercise in curriculum.exercises()}
    group = _Class()
    students = 0
    for student, files in answers:
        students += 1
        for name in sorted(files.keys() & known):
            text = files[name].decode("utf-8", "replace")
            own = {print_: place for print_, place in fingerprints(text).items() if print_ not in known[name]}
            group.prints[student, name], group.texts[student, name] = own, text
            for print_ in own:
                group.owners[name, print_].append(student)
    return _standing_out(group, students)


def _standing_out(group: _Class, students: int) -> tuple[Pair, ...]:
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
    standing_out = [p for p, value in likeness.items() if value >= least and len(shared[p]) >= LEAST_SHARED]
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


def _known(exercise: curriculum.Exercise) -> frozenset[int]:
    """What everybody was given, or could have come to: the stub and the solution."""
    solution = references.solution(exercise.name)
    texts = (solution, stubs.stub(exercise)) if solution is not None else ()
    return frozenset(print_ for text in texts for print_ in fingerprints(text))


def _levelled(text: str) -> list[tuple[str, int]]:
    """Tokens and their lines; names are all one, so are numbers and texts; comments and layout are left out."""
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
