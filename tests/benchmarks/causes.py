"""How often the cause that is named is right, of answers of many kinds: the figures of the project, with one command.

`python tests/benchmarks/causes.py [--kinds variants,pairs,...] [--wrong] [EXERCISE ...]` prints a line per kind:
answers, those that get a right name, the right names out of all, those that get a wrong one. With `--list` a line per
answer that gets no right name or a wrong one.

The checks run in this process, and the bank is run once per exercise: a thousand answers take minutes.
"""

import argparse
import ast
import dataclasses
import json
import os
import random
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import pytest

from grader.base import paths
from grader.base.errors import UsageError
from grader.engine import diagnosis, explanations, pytest_plugin
from grader.engine.known_mistakes import RunMistakes, at_most
from grader.kata import curriculum, mistakes
from grader.kata.curriculum import Exercise

TESTS = paths.ROOT / "tests" / "grader"
SEED = 18
PAIRS, TRIPLES = 24, 12  # per exercise; what does not fit together drops out
SECONDS = 3.0  # for one check; an answer that hangs says nothing here


@dataclasses.dataclass(frozen=True)
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
    from conftest import wrong_answers  # type: ignore[import-not-found]

    for name, code in wrong_answers(exercise).items():
        if name.startswith("two-"):
            continue  # both are in the bank
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


def answers_of(exercise: Exercise, kinds: Sequence[str]) -> Iterator[Answer]:
    """The answers to an exercise, of the kinds asked for."""
    found: list[Answer] = [*variants(exercise), *attempts(exercise), *unknown(exercise)]
    if {"pairs", "triples"} & set(kinds):
        found += [*together(exercise, 2, PAIRS), *together(exercise, 3, TRIPLES)]
    for answer in list(found):
        if answer.kind in ("variants", "attempts", "attempts, kept"):
            try:
                code = without_errors(answer.code)
            except SyntaxError:
                continue
            found.append(dataclasses.replace(answer, kind=f"{answer.kind}, no errors", code=code))
    return (answer for answer in found if answer.kind in kinds)


KINDS = (
    "variants",
    "variants, no errors",
    "attempts",
    "attempts, no errors",
    "attempts, kept",
    "attempts, kept, no errors",
    "pairs",
    "triples",
    "not in the bank",
)


class Table:
    """The plugin object that takes over pytest's run loop."""

    def __init__(self, chosen: Sequence[Exercise], kinds: Sequence[str], listed: bool) -> None:
        self.chosen, self.kinds, self.listed = chosen, kinds, listed
        self.lines: list[tuple[Answer, frozenset[str]]] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Grade all answers and print."""
        checks = pytest_plugin.checks(session.items)
        for exercise in self.chosen:
            items = checks[exercise.name]
            pytest_plugin.draw(items, 0)
            pytest_plugin.seed(items, 0)
            reached = pytest_plugin.answers_of(items[0].config)
            bank = RunMistakes(exercise, items, reached)
            errors = {item.stash[pytest_plugin.CHECK].name for item in items if item.stash[pytest_plugin.CHECK].errors}
            for answer in answers_of(exercise, self.kinds):
                seen = observed(exercise, items, answer.code)
                bank.prepare()
                found = diagnosis.diagnosis(seen, errors, bank).causes
                names = frozenset(found.values())
                if "no errors" in answer.kind:  # that errors are not handled is true, and no cause of anything else
                    names = frozenset(name for check, name in found.items() if check not in errors)
                    if all(set(bank.may_fail(n)) <= errors for n in answer.wanted if n in bank.labels()):
                        continue
                if answer.kind.startswith("attempts"):  # the teacher has left out what is not checked yet
                    missing = {name for name in names if set(bank.may_fail(name)) <= errors}
                    answer = dataclasses.replace(answer, allowed=answer.allowed | missing)
                self.lines.append((answer, names))
                self.tell(exercise, answer, found, seen, bank, errors)
            print(f"{exercise.short} done", file=sys.stderr, flush=True)
        self.summary()
        return True

    def tell(self, exercise, answer, found, seen, bank, errors) -> None:  # type: ignore[no-untyped-def]
        if not self.listed or "kept" in answer.kind:
            return
        names = set(found.values())
        bad = names - answer.wanted - answer.allowed
        if bad or (answer.wanted and not names & answer.wanted):
            print(
                f"{exercise.short} [{answer.kind}] {answer.name}: wrong {sorted(bad)} right {sorted(names & answer.wanted)}"
            )
            for check, what in seen.items():
                if what and (
                    check not in errors or "rror" in str(answer.wanted) or not found or found.get(check) in bad
                ):
                    print(f"      {check} ({found.get(check)}): {str(what)[:300]}")
                    for label in bank.labels():
                        if label.partition(".")[0] in answer.wanted | bad:
                            print(f"          {label}: {str(bank.seen(label, check))[:300]}")
            sus = [
                s
                for l in bank.labels()
                if (s := diagnosis.suspected(seen, {c for c in seen if seen[c]}, errors, bank, l))
            ]
            for s in sus:
                print(
                    "      suspect", s.name, len(s.explains - errors), len(s.differs - errors), len(s.explains & errors)
                )
            for name in answer.wanted - {s.name for s in sus}:
                for label in bank.labels():
                    if label.partition(".")[0] == name:
                        print(
                            "      fails but passed:",
                            label,
                            [c for c in bank.may_fail(label) if c in seen and not seen[c] and bank.seen(label, c)],
                        )
            sys.stdout.flush()

    def summary(self) -> None:
        print(f"{'kind':28} answers  known  one right  all right  names  wrong names  answers with one")
        for kind in KINDS:
            lines = [(answer, names) for answer, names in self.lines if answer.kind == kind]
            if not lines:
                continue
            known = [(answer, names) for answer, names in lines if answer.wanted]
            one = sum(bool(names & answer.wanted) for answer, names in known)
            every = sum(answer.wanted <= names for answer, names in known)
            given = sum(len(names) for _, names in lines)
            wrong = [names - answer.wanted - answer.allowed for answer, names in lines]
            bad, with_bad = sum(map(len, wrong)), sum(map(bool, wrong))
            share = f"{100 * one / max(len(known), 1):3.0f} %"
            print(f"{kind:28} {len(lines):7} {len(known):6} {one:5} {share} {every:8} {given:8} {bad:8} {with_bad:8}")


def observed(exercise: Exercise, items: Sequence[pytest.Item], code: str) -> dict[str, diagnosis.Observation | None]:
    """What the checks see of an answer, those that tell nothing left out."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:  # whatever an answer does to its process ends with it
        try:
            silent = os.open(os.devnull, os.O_RDWR)
            os.dup2(silent, 0)
            os.dup2(silent, 1)
            with open(theirs, "wb") as pipe:  # noqa: PTH123 (a descriptor)
                pipe.write(json.dumps(_observed(exercise, items, code)).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    with open(ours, "rb") as pipe:  # noqa: PTH123 (a descriptor)
        text = pipe.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else {}


def _observed(exercise: Exercise, items: Sequence[pytest.Item], code: str) -> dict[str, diagnosis.Observation | None]:
    found: dict[str, diagnosis.Observation | None] = {}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, exercise.file).write_text(code, encoding="utf-8")
        reached = pytest_plugin.answers_of(items[0].config)
        others = [other.name for other in curriculum.lessons() if other.name != exercise.name]
        reached.take(Path(folder), others)
        for item in items:
            try:
                with at_most(SECONDS):
                    failure = pytest_plugin.glance(item, reached, most=None)
            except TimeoutError:
                continue
            name = item.stash[pytest_plugin.CHECK].name
            if failure is None:
                found[name] = None
            elif isinstance(failure.raised, TimeoutError):
                continue
            elif seen := explanations.finding(failure, exercise.name).observation:
                found[name] = seen
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kinds", default=";".join(KINDS))
    parser.add_argument("--list", action="store_true")
    parser.add_argument("exercises", nargs="*")
    options = parser.parse_args()
    chosen = curriculum.find(options.exercises)
    sys.path[:0] = [str(paths.ROOT / "tests" / "grader")]
    table = Table(chosen, options.kinds.split(";"), options.list)
    quiet = ["-p", "no:terminal", "-p", "no:cacheprovider", "-s"]
    files = [str(exercise.checks) for exercise in chosen]
    os.chdir(paths.ROOT)
    pytest.main([*quiet, *files], plugins=[table])


if __name__ == "__main__":
    main()
