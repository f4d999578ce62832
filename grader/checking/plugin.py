"""The pytest plugin: the `answers` fixture, the settings of hypothesis, each check's seed, and what a check found.

`pytest` in the checkout uses it as it stands (pdb and tracebacks work); the worker reads the findings from it.
"""

import functools
import hashlib
import inspect
import sys
import time
from collections.abc import Callable, Collection, Generator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from _pytest.runner import runtestprotocol
from hypothesis.internal.conjecture import engine, providers

from grader import checkout, curriculum
from grader.checking.answers import Answers, NotThere, Problem
from grader.checking.expect import RECORD
from grader.result import Check

__tracebackhide__ = True  # pytest shows the check and the answer, not what stands between them
SHRINK_SECONDS = 3
ANSWERS = pytest.StashKey[Answers]()
CHECK = pytest.StashKey[Check]()
RAISED = pytest.StashKey[BaseException | None]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `pytest --answers solutions`."""
    group = parser.getgroup("kata")
    group.addoption("--answers", default=str(checkout.EXERCISES), metavar="DIR", help="folder of answers (exercises/)")
    group.addoption("--hidden-checks", default=None, metavar="DIR", help="folder of checks that the handout lacks")
    group.addoption("--answers-seed", type=int, default=0, metavar="N", help="seed of the checks' inputs (0)")


def pytest_configure(config: pytest.Config) -> None:
    """Set hypothesis up: the same inputs for the same seed, no files written, no advice of its own."""
    hypothesis.settings.register_profile(
        "kata",
        max_examples=20,
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate, hypothesis.Phase.shrink),
    )
    hypothesis.settings.load_profile("kata")
    engine.MAX_SHRINKING_SECONDS = SHRINK_SECONDS
    # hypothesis mixes constants that it finds in the source of imported modules into its inputs: with the same seed
    # two answers would then meet different inputs, and files would be written (.hypothesis/).
    if hasattr(providers, "_get_local_constants"):
        providers._get_local_constants = lambda: providers._local_constants


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Read what each check earns, and let it forget the calls of the last example before each new one."""
    folder = config.getoption("--hidden-checks")
    hidden_folder = Path(folder).resolve() if folder else None
    for item in items:
        marker = item.get_closest_marker("worth")
        if marker is None or not isinstance(item, pytest.Function):
            continue
        points, *contract = marker.args
        hidden = item.path.parent.resolve() == hidden_folder
        item.stash[CHECK] = Check(item.originalname, _rule(item.function), float(points), tuple(contract), hidden)
        if hasattr(item.obj, "hypothesis"):
            item.obj.hypothesis.inner_test = _forgetting(item.obj.hypothesis.inner_test)
            item.obj._hypothesis_internal_database_key = b""  # there is no database; its key takes 3 ms a check
    seed(items, config.getoption("--answers-seed"))


def seed(items: Collection[pytest.Item], number: int) -> None:
    """Seed the inputs of each check by the run's seed and its own name, and the initial weights by the run's seed."""
    RECORD.seed = number
    for item, function in _properties(items):
        digest = hashlib.sha256(f"{number}/{item.stash[CHECK].name}".encode()).digest()
        hypothesis.seed(int.from_bytes(digest[:8], "big"))(function)


def find_only(items: Collection[pytest.Item]) -> None:
    """Let checks fail with the first failing input that they meet, as large as it is."""
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    for _, function in _properties(items):
        own = function._hypothesis_internal_use_settings
        function._hypothesis_internal_use_settings = hypothesis.settings(own, phases=phases)


def _properties(items: Collection[pytest.Item]) -> list[tuple[pytest.Function, Any]]:
    """The checks that are hypothesis properties, each with its function."""
    checks = (item for item in items if isinstance(item, pytest.Function) and CHECK in item.stash)
    return [(item, item.obj) for item in checks if hasattr(item.obj, "hypothesis")]


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Keep what came out of the check."""
    RECORD.clear()
    pyfuncitem.stash[RAISED] = None
    try:
        return (yield)
    except _Settled as settled:
        pyfuncitem.stash[RAISED] = settled.__cause__
        raise settled.__cause__ from None  # type: ignore[misc]
    except BaseException as raised:
        pyfuncitem.stash[RAISED] = raised
        raise


@pytest.fixture(scope="session")
def answers(request: pytest.FixtureRequest) -> Answers:
    """The answers: `answers.ex05_flatten_consecutive.FlattenConsecutive`."""
    return answers_of(request.config)


def answers_of(config: pytest.Config) -> Answers:
    """The one object through which this session reaches the answers."""
    if ANSWERS not in config.stash:
        folder = Path(config.getoption("--answers")).absolute()
        names = [exercise.name for exercise in curriculum.exercises()]
        config.stash[ANSWERS] = Answers(folder, checkout.SOLUTIONS, names)
    return config.stash[ANSWERS]


def _rule(function: Callable[..., object]) -> str:
    """The check's docstring, on one line: what the learner reads."""
    return " ".join((inspect.getdoc(function) or "").split())


class _Settled(BaseException):
    """Carries an error that no smaller input would change past hypothesis, which would look for one."""


def _forgetting(inner_test: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(inner_test)
    def run_example(*args: Any, **kwargs: Any) -> Any:
        RECORD.clear()
        forget_printed()
        try:
            return inner_test(*args, **kwargs)
        except (NotImplementedError, NotThere, Problem) as raised:
            raise _Settled from raised

    return run_example


def forget_printed() -> None:
    """Where the worker keeps what answers print: keep only what this example prints."""
    forget = getattr(sys.stdout, "forget", None)
    if forget is not None:
        forget()


def run_check(item: pytest.Item) -> tuple[BaseException | None, float]:
    """Run one collected check through pytest; what it raised, and the seconds that it took."""
    started = time.perf_counter()
    reports: list[pytest.TestReport] = []
    try:
        reports = runtestprotocol(item, log=False, nextitem=None)
    except BaseException as stop:  # what an answer raises to stop pytest stops only its own check
        item.stash.setdefault(RAISED, stop)
        item.session._setupstate.teardown_exact(None)
    seconds = time.perf_counter() - started
    raised = item.stash.get(RAISED, None)
    if raised is None and any(report.failed for report in reports):
        raised = RuntimeError("\n".join(report.longreprtext for report in reports if report.failed))
    return raised, seconds


def checks(items: Collection[pytest.Item]) -> dict[str, list[pytest.Item]]:
    """The collected checks by exercise, in the order of their files."""
    found: dict[str, list[pytest.Item]] = {}
    for item in items:
        if CHECK in item.stash:
            found.setdefault(item.path.stem.removeprefix("test_"), []).append(item)
    return found
