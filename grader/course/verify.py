"""`grade verify`: checks that all parts of the kata are consistent, and that the checks can be trusted.

No printing. `prove` grades the answers that prove the checks.
"""

import functools
import itertools
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from grader.base import paths
from grader.base.errors import UsageError
from grader.base.results import Check, RunResult
from grader.course import handout, leaks, prove
from grader.engine import run, worker_supply
from grader.engine.attempts import Progress
from grader.engine.worker_processes import Workers
from grader.kata import curriculum, stubs
from grader.kata.curriculum import Exercise
from grader.kata.submission import read_folder

CONTRACT = "## The contract"
LEAST_HINTS, LEAST_CARDS, LEAST_QUESTIONS = 3, 4, 3
MOST_FOR_ERRORS = 0.1  # the share of an exercise's points that checks of error handling may carry
MAIN_POINTS, CORE_POINTS = 100, 70


@dataclass(frozen=True)
class Claim:
    """A claim about the kata, and each place where it is false."""

    says: str
    problems: tuple[str, ...]


def claims(chosen: Sequence[Exercise], seeds: int = prove.SEEDS) -> Iterator[Claim | Progress]:
    """Check everything, fast claims first; `chosen` in detail, claims about the whole kata always.

    Args:
        chosen: the exercises.
        seeds: at how many seeds each right answer must pass.
    """
    with worker_supply.workers(chosen, many=True) as workers:
        yield from written_claims(chosen, workers)
        yield from graded_claims(chosen, workers, seeds)


def written_claims(chosen: Sequence[Exercise], workers: Workers) -> Iterator[Claim]:
    """Check what the files and the list of checks show, without grading."""
    yield _claim("each stub matches its solution", _stubs_out_of_step(chosen))
    yield _claim("each lesson is complete and contains no line of a solution", _incomplete_lessons(chosen))
    yield _claim("the main line gives 100 points, 70 of them in the core", _points())
    yield _claim("the handout's history contains no line of a solution or of a mistake", handout.leaking())
    checks = workers.checks()
    yield _claim(
        "the points of each exercise's checks are right, and each check states its rule", _sums(chosen, checks)
    )
    yield _claim("each line of a contract has a check", _unchecked_lines(chosen, checks))
    yield _claim("the checks in the table of objectives exist", _objectives(checks, chosen))
    yield _claim("there are enough mistakes and right answers to prove the checks", _each(prove.too_few, chosen))
    yield _claim("each known mistake has its footprint", _each(prove.out_of_step, chosen))
    yield _claim("each mutant that is listed as equivalent exists", _each(prove.unknown_mutants, chosen))


def graded_claims(chosen: Sequence[Exercise], workers: Workers, seeds: int) -> Iterator[Claim | Progress]:
    """Check what needs grading: stubs, solutions, known mistakes, mutants and right styles."""
    stubs_run = run.last(run.grade(read_folder(paths.checkout().exercises), chosen, workers))
    yield _claim("no stub passes a check", _not_unstarted(stubs_run))
    yield from _proved("answers that do nothing earn no points", prove.of_idle, chosen, workers)
    solutions_run = run.last(run.grade(read_folder(paths.checkout().solutions), chosen, workers))
    yield _claim("each solution passes every check", _not_passed(solutions_run))
    yield from _proved("known mistakes are caught, and each is recognised", prove.of_mistakes, chosen, workers)
    yield from _proved("mutants are caught, except for those listed as equivalent", prove.of_mutants, chosen, workers)
    says = f"right answers, each style at {seeds} seeds, pass"
    yield from _proved(says, functools.partial(prove.of_styles, seeds=seeds), chosen, workers)


def _claim(says: str, problems: Iterator[str]) -> Claim:
    return Claim(says, tuple(problems))


def _each(problems: Callable[[Exercise], Iterator[str]], chosen: Sequence[Exercise]) -> Iterator[str]:
    return itertools.chain.from_iterable(map(problems, chosen))


def _proved(
    says: str, trials_of: Callable[[Exercise], list[prove.Trial]], chosen: Sequence[Exercise], workers: Workers
) -> Iterator[Claim | Progress]:
    """Grade the trials of all exercises, and report the progress."""
    started = time.perf_counter()
    try:
        trials = [trial for exercise in chosen for trial in trials_of(exercise)]
    except UsageError as error:
        yield Claim(says, (str(error),))
        return
    found = []
    for done, (trial, problem) in enumerate(zip(trials, prove.problems(trials, workers), strict=True), start=1):
        found += [problem] if problem else []
        yield Progress(trial.exercise.name, trial.name, done, len(trials))
    yield Claim(f"{len(trials)} {says} ({time.perf_counter() - started:.0f} s)", tuple(found))


def _stubs_out_of_step(chosen: Sequence[Exercise]) -> Iterator[str]:
    for exercise in chosen:
        path = paths.shown(exercise.stub)
        try:
            if stubs.stub(exercise) != exercise.stub.read_text(encoding="utf-8"):
                yield f"{path} does not match {paths.shown(exercise.solution)}: grade reset {exercise.short}"
        except (OSError, UnicodeDecodeError):
            yield f"{path} cannot be read: grade reset {exercise.short}"
        except UsageError as error:
            yield str(error)


def _incomplete_lessons(chosen: Sequence[Exercise]) -> Iterator[str]:
    for exercise in chosen:
        name, text = paths.shown(exercise.lesson), exercise.lesson.read_text(encoding="utf-8")
        if CONTRACT not in text.splitlines():
            yield f"{name}: no heading `{CONTRACT}`"
        counts = (
            ("hints", len(exercise.hints), LEAST_HINTS),
            ("cards", len(exercise.cards), LEAST_CARDS),
            ("objectives", len(exercise.objectives), 1),
            ("contract lines", len(exercise.contract), 1),
            ("folded answers", text.count("<details>"), LEAST_QUESTIONS),
            ("python blocks", text.count("```python"), 1),
        )
        for what, count, least in counts:
            if count < least:
                yield f"{name}: {count} {what}, {least} or more expected"
        for builds_on in exercise.builds_on:
            if builds_on not in {other.name for other in curriculum.exercises() if other.number < exercise.number}:
                yield f"{name}: builds on {builds_on}, which is not an earlier exercise"
        written = [text, *exercise.hints, *(f"{card.front}\n{card.back}" for card in exercise.cards)]
        lesson_lines = {line.strip() for each in written for line in each.splitlines()}
        secret = (line for line in stubs.region_lines(exercise.solution.read_text(encoding="utf-8")))
        yield from (
            f"{name} contains a line of the solution: {x}"
            for x in secret
            if len(x) > leaks.LONG_LINE and x in lesson_lines
        )


def _points() -> Iterator[str]:
    main = [exercise for exercise in curriculum.exercises() if not exercise.bonus]
    for what, total, wanted in (
        ("the main line", sum(e.points for e in main), MAIN_POINTS),
        ("the core", sum(e.points for e in main if e.core), CORE_POINTS),
    ):
        if total != wanted:
            yield f"{what} gives {total:g} points, expected {wanted}"


def _sums(chosen: Sequence[Exercise], checks: dict[str, tuple[Check, ...]]) -> Iterator[str]:
    for exercise in chosen:
        own = checks.get(exercise.name, ())
        total = sum(check.points for check in own)
        if abs(total - exercise.points) > 1e-9:
            yield f"{exercise.checks.name}: the checks give {total:g} points, the lesson says {exercise.points:g}"
        for check in own:
            if not check.rule.endswith(".") or not (check.rule[:1].isupper() or check.rule[:1] == "`"):
                yield f"{exercise.checks.name}: {check.name} has no rule (a sentence as its docstring)"
        errors = sum(check.points for check in own if check.errors)
        if errors > MOST_FOR_ERRORS * exercise.points + 1e-9:
            yield f"{exercise.checks.name}: error handling earns {errors:g} of {exercise.points:g} points, over a tenth"
        names = [check.name for check in own]
        yield from (f"{exercise.checks.name}: two checks are called {x}" for x in set(names) if names.count(x) > 1)


def _unchecked_lines(chosen: Sequence[Exercise], checks: dict[str, tuple[Check, ...]]) -> Iterator[str]:
    for exercise in chosen:
        named = {line for check in checks.get(exercise.name, ()) for line in check.contract}
        yield from (f"{exercise.name}: no check covers `{line}`" for line in exercise.contract if line not in named)
        unknown = sorted(named - exercise.contract.keys())
        yield from (f"{exercise.name}: a check covers `{line}`, which is not in the contract" for line in unknown)


def _objectives(checks: dict[str, tuple[Check, ...]], chosen: Sequence[Exercise]) -> Iterator[str]:
    path = paths.checkout().exercises / "README.md"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        yield f"{paths.shown(path)} is missing"
        return
    known = {check.name for own in checks.values() for check in own}
    everything = len(chosen) == len(curriculum.exercises())
    for name in re.findall(r"`(test_\w+)`", text):
        if everything and name not in known:
            yield f"{paths.shown(path)} lists `{name}`, which is not a check"
    for exercise in chosen:
        if f"({exercise.name}.md)" not in text:
            yield f"{paths.shown(path)} does not link to {exercise.name}.md"


def _not_unstarted(stubs_run: RunResult) -> Iterator[str]:
    for exercise in stubs_run.exercises:
        for check in exercise.checks:
            if check.finding.status != "not_started":
                yield f"{exercise.name}: {check.check.name} is «{check.finding.status}» on the stub"


def _not_passed(solutions_run: RunResult) -> Iterator[str]:
    for exercise in solutions_run.exercises:
        for check in exercise.checks:
            if check.finding.status != "passed":
                yield f"{exercise.name}: {check.check.name} is «{check.finding.status}»: {check.finding.difference}"
