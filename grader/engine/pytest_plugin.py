"""The pytest plugin: the `answers` fixture, the settings of hypothesis, each check's seed, and its finding.

`pytest` in the checkout uses it directly (pdb and tracebacks work); the worker process reads the findings from it.
"""

import copy
import hashlib
import inspect
import time
from collections.abc import Callable, Collection, Generator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from grader.answers import hypothesis_profile
from grader.answers.local_answers import Answers
from grader.answers.runners import Runner
from grader.base import paths
from grader.base.results import Check
from grader.engine import example_inputs, private_interfaces
from grader.engine.example_search import Arguments, Budget, Failure, Search, Settled
from grader.kata import curriculum, sealed_modules
from grader.language.answer_names import Answers as AnswerNames
from grader.language.script import SCRIPT

__tracebackhide__ = True  # pytest shows the check and the answer, not the frames between them
ANSWERS = pytest.StashKey[Answers]()  # in this process
CHECK = pytest.StashKey[Check]()
ERRORS = "errors"  # the `kind` of a check of error handling
SEARCH = pytest.StashKey[Search]()
NAMES = AnswerNames([exercise.name for exercise in curriculum.lessons()])
DRAWN = pytest.StashKey[dict[int, list[Arguments] | None]]()  # by the run's seed
SCRIPTS = pytest.StashKey[dict[int, Any]]()  # `class_scripts.CheckScript`, by the run's seed


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `pytest --answers solutions`."""
    group = parser.getgroup("kata")
    group.addoption(
        "--answers", default=str(paths.checkout().exercises), metavar="DIR", help="folder of answers (exercises/)"
    )
    group.addoption("--hidden-checks", default=None, metavar="DIR", help="folder of hidden checks")
    group.addoption("--answers-seed", type=int, default=0, metavar="N", help="seed of the checks' inputs (0)")


def pytest_configure(config: pytest.Config) -> None:
    """Set hypothesis up."""
    sealed_modules.offer()
    hypothesis_profile.load()
    private_interfaces.leave_source_constants_out()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Read the points of each check, and watch its examples."""
    folder = config.getoption("--hidden-checks")
    hidden_folder = Path(folder).resolve() if folder else None
    for item in items:
        marker = item.get_closest_marker("worth")
        if marker is None or not isinstance(item, pytest.Function):
            continue
        points, *contract = marker.args
        hidden = item.path.parent.resolve() == hidden_folder
        item.stash[CHECK] = Check(
            item.originalname,
            _rule(item.function),
            float(points),
            tuple(contract),
            hidden,
            errors=marker.kwargs.get("kind") == ERRORS,
        )
        item.stash[SEARCH] = search = Search()
        item.stash[DRAWN], item.stash[SCRIPTS] = {}, {}
        if hasattr(item.obj, "hypothesis"):
            private_interfaces.watch_examples(item.obj, search.watching)
            private_interfaces.leave_database_key_out(item.obj)
    seed(items, config.getoption("--answers-seed"))


def seed(items: Collection[pytest.Item], number: int) -> None:
    """Seed the inputs of each check with the run's seed and its name, and the initial weights with the run's seed."""
    SCRIPT.seed = number
    for item in items:
        if isinstance(item, pytest.Function) and CHECK in item.stash and hasattr(item.obj, "hypothesis"):
            digest = hashlib.sha256(f"{number}/{item.stash[CHECK].name}".encode()).digest()
            hypothesis.seed(int.from_bytes(digest[:8], "big"))(item.obj)
            item.stash[SEARCH].drawn = item.stash[DRAWN].get(number)


def draw(items: Collection[pytest.Item], number: int) -> None:
    """Generate the inputs of each check for a seed now, for all processes that are forked later."""
    seed(items, number)
    for item in items:
        if isinstance(item, pytest.Function) and hasattr(item.obj, "hypothesis") and number not in item.stash[DRAWN]:
            item.stash[DRAWN][number] = example_inputs.arguments(item) if runs_alone(item) else None


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Run the check and end it with the failing example to report."""
    search = pyfuncitem.stash.get(SEARCH, None)
    SCRIPT.accepted.clear()
    SCRIPT.begin()
    try:
        return (yield)
    except BaseException as raised:
        if search is None:  # a test of the grader's own
            raise
        if not isinstance(raised, Settled) and search.first is None:
            search.note(raised)
        if search.failure is None:  # stopped after this many examples without a failure
            return None
        raise search.failure.raised from None


@pytest.fixture(scope="session")
def answers(request: pytest.FixtureRequest) -> Any:
    """The answers: `answers.ex05_flatten_consecutive.FlattenConsecutive`."""
    if SCRIPT.runner is None:
        SCRIPT.runner = answers_of(request.config).runner
    return NAMES


def answers_of(config: pytest.Config) -> Any:
    """The answers in this process."""
    if ANSWERS not in config.stash:
        folder = Path(config.getoption("--answers")).absolute()
        names = [exercise.name for exercise in curriculum.lessons()]
        config.stash[ANSWERS] = answers = Answers(folder, names)
        answers.take(folder, curriculum.given())
    return config.stash[ANSWERS]


def _rule(function: Callable[..., object]) -> str:
    """Return the check's docstring on one line, which is the rule that learners read."""
    return " ".join((inspect.getdoc(function) or "").split())


def run_check(item: pytest.Item, runner: Runner, budget: Budget | None = None) -> tuple[Failure | None, float]:
    """Run one collected check; return how it failed, and its seconds.

    Args:
        item: the check.
        runner: runs its steps.
        budget: for making the failing example smaller; none: the first one is told.
    """
    started = time.perf_counter()
    SCRIPT.runner = runner
    search = item.stash[SEARCH]
    search.begin(budget)
    if runs_alone(item):
        _called(item, search)
    else:
        _through_pytest(item, search)
    return search.failure, time.perf_counter() - started


def glance(item: pytest.Item, runner: Runner, most: int | None) -> Failure | None:
    """Run one collected check without shrinking; return its first failure, if any.

    Args:
        item: the check.
        runner: runs its steps.
        most: examples after which it ends as passed.
    """
    search = item.stash[SEARCH]
    SCRIPT.runner = runner
    search.begin(None, most)
    _called(item, search)
    return search.failure


def runs_alone(item: pytest.Item) -> bool:
    """Return whether a check needs only the answers from pytest; a hidden one may need more."""
    return isinstance(item, pytest.Function) and {"answers", "request"}.issuperset(item.fixturenames)


def _called(item: pytest.Item, search: Search) -> None:
    """Run a check as a plain function: without pytest's reports, which cost 1 ms per check."""
    assert isinstance(item, pytest.Function)
    if search.drawn is not None and _replayed(search):
        return
    SCRIPT.begin()
    try:
        item.obj(answers=NAMES)
        if not hasattr(item.obj, "hypothesis"):
            SCRIPT.run()
            search.on_passed()
    except BaseException as raised:
        if not isinstance(raised, Settled) and search.first is None:
            search.note(raised)


def _replayed(search: Search) -> bool:
    """Show an answer the inputs generated beforehand; return whether that settles the result."""
    assert search.drawn is not None
    try:
        for given in search.drawn:
            search.example(**copy.deepcopy(given), answers=NAMES)
    except Settled:
        return True
    except BaseException:  # recorded by the search; hypothesis finds the same example, and shrinks it
        search.begin(search.budget, search.most)
        return False
    return True


def _through_pytest(item: pytest.Item, search: Search) -> None:
    """Run a check through pytest, with its fixtures."""
    reports: list[pytest.TestReport] = []
    try:
        reports = private_interfaces.run_with_fixtures(item)
    except BaseException as stop:  # what an answer raises to stop pytest stops only its own check
        if search.first is None:
            search.note(stop)
    if search.first is None and any(report.failed for report in reports):
        search.note(RuntimeError("\n".join(report.longreprtext for report in reports if report.failed)))


def checks(items: Collection[pytest.Item]) -> dict[str, list[pytest.Item]]:
    """Return the collected checks by exercise, in file order."""
    found: dict[str, list[pytest.Item]] = {}
    for item in items:
        if CHECK in item.stash:
            found.setdefault(item.path.stem.removeprefix("test_"), []).append(item)
    return found
