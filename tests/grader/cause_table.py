"""How often the cause that is named is right: answers whose mistakes are known, and what each is taken for.

`python tests/grader/cause_table.py` reads the lines that are kept in `cause_tables/` and prints the table of all
exercises. `make cause-tables` regenerates them in 6 minutes on two cores (ARGS="ex05": those of one exercise);
`test_diagnosis.py` checks every fifth line.

The checks run in this process and the bank of mistakes is run once, so an answer takes 0.1 to 0.5 CPU seconds.
"""

import argparse
import dataclasses
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))  # also where this file is the program
from known_answers import Answer, attempts, together, unknown, variants, without_errors

from grader.base import paths
from grader.engine import diagnosis, explanations, pytest_plugin
from grader.engine.known_mistakes import RunMistakes, at_most
from grader.kata import curriculum
from grader.kata.curriculum import Exercise

FOLDER = Path(__file__).parent / "cause_tables"
PAIRS, TRIPLES = 24, 12  # per exercise; what does not fit together drops out
SECONDS = 3.0  # CPU seconds for one check; an answer that hangs says nothing here
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


@dataclass(frozen=True)
class Row:
    """The counts of one kind of answers.

    Attributes:
        answers: of this kind.
        known: those whose mistake the bank has.
        one: those of them that are given a right name.
        every: those of them that are given all right names.
        wrong: those that are given a wrong name.
    """

    answers: int = 0
    known: int = 0
    one: int = 0
    every: int = 0
    wrong: int = 0

    def __add__(self, other: "Row") -> "Row":
        return Row(*map(sum, zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)))


@dataclass(frozen=True)
class Line:
    """What one answer is taken for.

    Attributes:
        kind: of the answer.
        name: of the answer.
        verdict: one of the words below.
        given: the names that it was given; not told of attempts that were kept out of sight.
    """

    kind: str
    name: str
    verdict: str
    given: str = ""

    @property
    def row(self) -> Row:
        """The answer, counted."""
        known, every = not self.verdict.startswith(UNKNOWN), self.verdict == RIGHT
        return Row(1, known, self.verdict.startswith((RIGHT, PART)), every, WRONG in self.verdict)


RIGHT, PART, SILENT, WRONG = "right", "part", "silent", "wrong"  # all names, one of them, none, another one
UNKNOWN, WRONG_UNKNOWN = "-", "- wrong"  # the bank does not have its mistake
PASSES = "passes"  # every check: it is not caught


def table_of(lines: Iterable[Line]) -> dict[str, Row]:
    """The sums by kind."""
    table: dict[str, Row] = {}
    for line in lines:
        table[line.kind] = table.get(line.kind, Row()) + line.row
    return table


def written(table: dict[str, Row]) -> str:
    """The lines of a table."""
    lines = [f"{'':26}answers  known  one right  all right  a wrong one"]
    for kind in (kind for kind in KINDS if kind in table):
        row = table[kind]
        lines.append(f"{kind:26}{row.answers:7}{row.known:7}{row.one:11}{row.every:11}{row.wrong:13}")
    return "\n".join(lines)


def file_of(exercise: Exercise) -> Path:
    """Where the lines of an exercise are kept."""
    return FOLDER / f"{exercise.name}.tsv"


def kept(exercise: Exercise) -> list[Line]:
    """The lines of an exercise, as they are kept."""
    return [Line(*line.split("\t")) for line in file_of(exercise).read_text("utf-8").splitlines()]


def made(exercise: Exercise, every: int = 1) -> list[Line]:
    """Generate every n-th line of an exercise, in a separate process."""
    command = [sys.executable, __file__, "--one", exercise.short, "--every", str(every)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    return [Line(*line.split("\t")) for line in done.stdout.splitlines()]


def write(exercise: Exercise) -> None:
    """Regenerate all lines of an exercise and save them."""
    rows = ("\t".join(dataclasses.astuple(line)) for line in made(exercise))
    file_of(exercise).write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")


def answers_of(exercise: Exercise, only_errors: Collection[str]) -> Iterator[Answer]:
    """The answers to an exercise. Those without error handling count if a mistake of theirs is one of values."""
    yield from unknown(exercise)
    yield from together(exercise, 2, PAIRS)
    yield from together(exercise, 3, TRIPLES)
    for answer in (*variants(exercise), *attempts(exercise)):
        yield answer
        try:
            code = without_errors(answer.code)
        except SyntaxError:
            continue
        if not answer.wanted or not answer.wanted <= only_errors:
            yield dataclasses.replace(answer, kind=f"{answer.kind}, no errors", code=code)


class Table:
    """The plugin object that takes over pytest's run loop: prints the lines of an exercise."""

    def __init__(self, exercise: Exercise, every: int) -> None:
        self.exercise, self.every = exercise, every

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Grade the answers and print."""
        items = pytest_plugin.checks(session.items)[self.exercise.name]
        pytest_plugin.draw(items, 0)
        pytest_plugin.seed(items, 0)
        bank = RunMistakes(self.exercise, items, pytest_plugin.answers_of(items[0].config))
        errors = {item.stash[pytest_plugin.CHECK].name for item in items if item.stash[pytest_plugin.CHECK].errors}
        only_errors = {label for label in bank.labels() if set(bank.may_fail(label)) <= errors}
        for answer in itertools.islice(answers_of(self.exercise, only_errors), 0, None, self.every):
            seen = observed(self.exercise, items, answer.code)
            bank.prepare()
            bank.next_answer()
            names = diagnosis.diagnosis(seen, errors, bank).causes
            if "no errors" in answer.kind:  # that errors are not handled is true, and no cause of anything else
                names = {check: name for check, name in names.items() if check not in errors}
            if answer.kind.startswith("attempts"):  # the teacher has left out what is not checked yet
                answer = dataclasses.replace(answer, allowed=answer.allowed | only_errors)
            line = line_of(answer, frozenset(names.values()), is_caught=not seen or any(seen.values()))
            print(*dataclasses.astuple(line), sep="\t")
        return True


def line_of(answer: Answer, given: frozenset[str], *, is_caught: bool) -> Line:
    """Judge the names that an answer was given."""
    is_wrong = bool(given - answer.wanted - answer.allowed)
    if not answer.wanted:
        verdict = WRONG_UNKNOWN if is_wrong else UNKNOWN
    elif is_wrong:
        verdict = f"{PART}, {WRONG}" if given & answer.wanted else WRONG
    else:
        verdict = RIGHT if given >= answer.wanted else PART if given & answer.wanted else SILENT
    if not is_caught and answer.kind in ("variants", "not in the bank"):
        verdict = PASSES
    return Line(answer.kind, answer.name, verdict, "" if "kept" in answer.kind else ", ".join(sorted(given)))


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
    parser.add_argument("--write", nargs="*", metavar="EXERCISE", help="regenerate all lines, or those of these")
    parser.add_argument("--one", help="print the lines of one exercise, generated in this process")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every N-th line")
    options = parser.parse_args()
    if options.one:
        exercise = curriculum.find([options.one])[0]
        os.chdir(paths.checkout().root)
        quiet = ["-p", "no:terminal", "-p", "no:cacheprovider", "-s"]
        sys.exit(pytest.main([*quiet, str(exercise.checks)], plugins=[Table(exercise, options.every)]))
    if options.write is not None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(write, curriculum.find(options.write)))
    print(written(table_of(line for exercise in curriculum.exercises() for line in kept(exercise))))


if __name__ == "__main__":
    main()
