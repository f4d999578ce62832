"""How often the cause that is named is right, of answers of many kinds: the figures of the project, with one command.

`python tests/benchmarks/causes.py [--kinds "variants;pairs"] [--list] [EXERCISE ...]` prints a line per kind:
answers, those that get a right name, the right names out of all, those that get a wrong one. With `--list` a line per
answer that gets no right name or a wrong one.

The checks run in this process, and the bank is run once per exercise: a thousand answers take minutes.
"""

import argparse
import dataclasses
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "grader"))
from known_answers import Answer, attempts, together, unknown, variants, without_errors

from grader.base import paths
from grader.engine import diagnosis, explanations, pytest_plugin
from grader.engine.known_mistakes import RunMistakes, at_most
from grader.kata import curriculum
from grader.kata.curriculum import Exercise

PAIRS, TRIPLES = 24, 12  # per exercise; what does not fit together drops out
SECONDS = 3.0  # for one check; an answer that hangs says nothing here


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

    def __init__(self, chosen: Sequence[Exercise], kinds: Sequence[str], listed: bool, only: str) -> None:
        self.only = re.compile(only)
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
                if not self.only.search(answer.name):
                    continue
                seen = observed(exercise, items, answer.code)
                bank.prepare()
                bank.next_answer()
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
                self.tell(exercise, answer, names)
            print(f"{exercise.short} done", file=sys.stderr, flush=True)
        self.summary()
        return True

    def tell(self, exercise: Exercise, answer: Answer, names: frozenset[str]) -> None:
        """Print a line about an answer whose names are not right; the part kept out of sight stays so."""
        wrong = names - answer.wanted - answer.allowed
        missing = answer.wanted and not names & answer.wanted
        if self.listed and (wrong or missing) and "kept" not in answer.kind:
            print(f"{exercise.short} [{answer.kind}] {answer.name}: wrongly {sorted(wrong)}, rightly none: {missing}")

    def summary(self) -> None:
        """Print a line per kind of answer."""
        print(f"{'':26} answers  known  one right  all right  names  wrong  answers with a wrong name")
        for kind in KINDS:
            lines = [(answer, names) for answer, names in self.lines if answer.kind == kind]
            if not lines:
                continue
            known = [(answer, names) for answer, names in lines if answer.wanted]
            one = sum(bool(names & answer.wanted) for answer, names in known)
            every = sum(answer.wanted <= names for answer, names in known)
            given = sum(len(names) for _, names in lines)
            wrong = [names - answer.wanted - answer.allowed for answer, names in lines]
            print(
                f"{kind:26} {len(lines):7} {len(known):6} {one:10} {every:10} {given:6}"
                f" {sum(map(len, wrong)):6} {sum(map(bool, wrong)):10}"
            )


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
                    failure = pytest_plugin.glance(item, reached.runner, most=None)
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
    parser.add_argument("--only", default="", help="a regular expression for the answers' names")
    parser.add_argument("exercises", nargs="*")
    options = parser.parse_args()
    chosen = curriculum.find(options.exercises)
    table = Table(chosen, options.kinds.split(";"), options.list, options.only)
    quiet = ["-p", "no:terminal", "-p", "no:cacheprovider", "-s"]
    files = [str(exercise.checks) for exercise in chosen]
    os.chdir(paths.checkout().root)
    pytest.main([*quiet, *files], plugins=[table])


if __name__ == "__main__":
    main()
