"""Answers whose mistakes are known: single ones in other words, several at once, a learner's attempts, unknown ones."""

import ast
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from conftest import wrong_answers

from grader.base import paths
from grader.base.errors import UsageError
from grader.kata import mistakes
from grader.kata.curriculum import Exercise

TESTS = paths.checkout().root / "tests" / "grader"
SEED = 18


@dataclass(frozen=True)
class Answer:
    """An answer whose mistakes are known.

    Attributes:
        kind: which line of the table it counts in.
        wanted: the names of which one at least must be given; empty if none fits.
        allowed: more names that would be right.
    """

    kind: str
    name: str
    code: str
    wanted: frozenset[str]
    allowed: frozenset[str] = frozenset()


def without_errors(code: str) -> str:
    """An answer without its error handling: every `if ...: raise ValueError` is taken out."""

    class Remove(ast.NodeTransformer):
        def visit_If(self, node: ast.If) -> ast.AST | None:
            self.generic_visit(node)
            raises = len(node.body) == 1 and isinstance(node.body[0], ast.Raise) and not node.orelse
            return ast.Pass() if raises and "ValueError" in ast.unparse(node.body[0]) else node

    return ast.unparse(ast.fix_missing_locations(Remove().visit(ast.parse(code))))


def variants(exercise: Exercise) -> Iterator[Answer]:
    """Known mistakes in other words: `mistake.py`, or `mistake.which-way.py`."""
    for path in sorted((TESTS / "variants" / exercise.name).glob("*.py")):
        yield Answer("variants", path.stem, path.read_text("utf-8"), frozenset({path.stem.partition(".")[0]}))


def attempts(exercise: Exercise) -> Iterator[Answer]:
    """The attempts of a real learner, as a teacher sees them; every third is the part kept out of sight."""
    rows = [line.split("\t") for line in (TESTS / "attempts" / "expected.tsv").read_text("utf-8").splitlines()[3:]]
    for number, (short, attempt, names) in enumerate(sorted(rows)):
        if short == exercise.short:
            code = (TESTS / "attempts" / exercise.name / f"{attempt}.py").read_text("utf-8")
            own = names.split()
            wanted = frozenset(name.rstrip("*") for name in own if name[0] not in "~-")
            allowed = frozenset(name[1:] for name in own if name[0] == "~")
            yield Answer("attempts, kept" if number % 3 == 2 else "attempts", attempt, code, wanted, allowed)


def unknown(exercise: Exercise) -> Iterator[Answer]:
    """Wrong answers whose mistake the bank does not have."""
    known = {mistake.name for mistake in mistakes.of(exercise)}
    for name, code in wrong_answers(exercise).items():
        if name not in known and not name.startswith("two-"):  # both of the two are in the bank
            yield Answer("not in the bank", name, code, frozenset())


def together(exercise: Exercise, count: int, most: int) -> Iterator[Answer]:
    """Known mistakes merged, so many in each answer, drawn at random; those that touch the same line do not merge."""
    solution = exercise.solution.read_text("utf-8")
    groups = list(combinations(mistakes.of(exercise), count))
    random.Random(f"{SEED}/{exercise.name}/{count}").shuffle(groups)
    merged = (answer for group in groups if (answer := _merged(solution, group)))
    for answer, _ in zip(merged, range(most), strict=False):
        yield answer


def _merged(solution: str, group: Sequence[mistakes.Mistake]) -> Answer | None:
    code = solution
    try:
        for mistake in group:
            code = mistake.code(code)
        names = frozenset(mistake.name for mistake in group)
        kind = {2: "pairs", 3: "triples"}[len(group)]
        ast.parse(code)
        return Answer(kind, " + ".join(sorted(names)), code, names)
    except (UsageError, SyntaxError):
        return None
