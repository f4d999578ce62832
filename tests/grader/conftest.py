"""Builders for the tests of the grader: real folders, real processes, a real copy of the checkout."""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import in_process
import pexpect
import pytest
from in_process import Pool
from tiers import (  # noqa: F401 (pytest finds its hooks here)
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_itemcollected,
    pytest_runtest_makereport,
    pytest_runtest_protocol,
    pytest_sessionfinish,
    pytest_terminal_summary,
)

from grader.base import paths
from grader.base.results import ExerciseResult, RunResult
from grader.engine import run
from grader.engine.worker_processes import Workers
from grader.kata import curriculum
from grader.kata.curriculum import Exercise
from grader.kata.submission import read_folder

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Run = subprocess.CompletedProcess[str]
WRONG = Path(__file__).parent / "wrong_answers"
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # tests in the background: what they interrupt must hear it
    signal.signal(signal.SIGINT, signal.default_int_handler)
for _threads in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # tests run beside each other
    os.environ.setdefault(_threads, "1")
for _of_make in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):  # a make that a test types is no part of `make test`
    os.environ.pop(_of_make, None)
# `solutions` and `data` are packages of the checkout. Last, so that `tests` and such names hide nothing installed.
sys.path.append(str(paths.checkout().root))
COPIED = ("exercises", "grader", "solutions", "tests", "data", "pyproject.toml")


def by_number(number: int) -> Exercise:
    return curriculum.find([str(number)])[0]


POOL: list[Pool] = []  # one for each process of the test run


def pool() -> Pool:
    """The worker processes that the tests of this process share."""
    if not POOL:
        POOL.append(Pool())
    return POOL[0]


def grade(
    *arguments: object,
    checkout_copy: Path | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    input: str = "",
) -> Run:
    """Call `grade` in this process, in this checkout or in a copy of it, with the workers that all tests share.

    What a process of its own is needed for is tested with `grade_process`.
    """
    root = checkout_copy or paths.checkout().root
    environment = {"NO_COLOR": "1", "COLUMNS": "100", **(env or {})}
    if checkout_copy is not None:
        environment["PYTHONPATH"] = str(checkout_copy)  # for the processes that the command starts
    return in_process.call([*map(str, arguments)], pool(), root=root, cwd=cwd or root, env=environment, typed=input)


def grade_process(*arguments: object, checkout_copy: Path | None = None, **options: Any) -> Run:
    """Run `grade` as a person does, in a process of its own."""
    environment = os.environ | {"NO_COLOR": "1", "COLUMNS": "100"} | options.pop("env", {})
    if checkout_copy is not None:
        environment["PYTHONPATH"] = str(checkout_copy)
    return subprocess.run(
        [sys.executable, "-P", "-m", "grader", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=options.pop("timeout", 120),
        check=False,
        cwd=options.pop("cwd", checkout_copy or paths.checkout().root),
        **options,
    )


def at_terminal(*arguments: object, checkout_copy: Path, timeout: float = 60) -> "pexpect.spawn[str]":
    """Start `grade` in a terminal of its own, to be typed to; `expect` and `sendline` drive it."""
    command = ["-P", "-m", "grader", *map(str, arguments)]
    environment = os.environ | {"NO_COLOR": "1", "TERM": "xterm", "PYTHONPATH": str(checkout_copy)}
    return pexpect.spawn(
        sys.executable,
        command,
        env=environment,
        cwd=str(checkout_copy),
        timeout=timeout,
        encoding="utf-8",
        dimensions=(40, 100),
    )


def as_json(done: Run) -> dict[str, dict[str, Any]]:
    """The exercises of a `--json -` run, by short name."""
    assert done.stdout, done.stderr
    return {exercise["name"][:4]: exercise for exercise in json.loads(done.stdout)["exercises"]}


@pytest.fixture
def solved(tmp_path: Path) -> Path:
    """A folder of right answers, to be spoiled."""
    folder = tmp_path / "answers"
    folder.mkdir()
    for exercise in curriculum.exercises():
        shutil.copy(exercise.solution, folder)
    return folder


def wrong_answers(exercise: Exercise) -> dict[str, str]:
    """Wrong answers that the bank of mistakes does not hold: a name, and the whole code."""
    spec = importlib.util.spec_from_file_location(exercise.name, WRONG / exercise.file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    wrong: dict[str, str] = {}
    for name, changes in module.WRONG.items():
        wrong[name] = exercise.solution.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in wrong[name], f"{name}: {old!r} is not in the solution"
            wrong[name] = wrong[name].replace(old, new)
    return wrong


def spoil(folder: Path, number: int, old: str, new: str) -> Path:
    """Replace a piece of one answer's text."""
    path = folder / by_number(number).file
    text = path.read_text()
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new))
    return path


def copy_of_the_checkout(folder: Path, *without: str) -> Path:
    """Put what commands need of the checkout into a folder, new or empty; folders may be left out: `tests/grader`."""
    root = paths.checkout().root

    def left_out(place: str, names: list[str]) -> set[str]:
        inside = Path(place).relative_to(root)
        unwanted = {name for name in names if (inside / name).as_posix() in without}
        return {name for name in names if name == "__pycache__" or name.endswith(".bak")} | unwanted

    folder.mkdir(exist_ok=True)
    for name in COPIED:
        if (root / name).is_dir():
            shutil.copytree(root / name, folder / name, ignore=left_out)
        else:
            shutil.copy(root / name, folder)
    return folder


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the checkout with untouched stubs, for commands that write into it."""
    return copy_of_the_checkout(tmp_path / "a checkout with spaces und Umläuten ä", "tests/grader", "tests/pictures")


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder; what it printed."""
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def committed(folder: Path) -> Path:
    """A folder made a git repository with all its files in one commit, always the same."""
    for name in ("Makefile", "LICENSE", "constraints.txt", ".gitignore", "README.md"):
        if not (folder / name).exists():
            shutil.copy(paths.checkout().root / name, folder)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "Ada Lovelace")
    git(folder, "config", "user.email", "ada@example.org")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=The kata", "--date=2026-09-01T00:00:00Z")
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Debian's chromium."""
    from browsers import launched  # playwright is for the pages' tests alone

    with launched() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def warm(shared_workers: None) -> Iterator[Workers]:
    """One warm worker for all tests that grade many folders."""
    with pool().take(curriculum.exercises(), many=True) as workers:
        yield workers


@pytest.fixture(scope="session", autouse=True)
def shared_workers() -> Iterator[None]:
    """End what the tests shared."""
    yield
    while POOL:
        POOL.pop().close()


@pytest.fixture(scope="session")
def grade_warm(warm: Workers) -> Callable[..., ExerciseResult]:
    """Grade one exercise of a folder with the warm worker."""

    def grade_one(folder: Path, exercise: Exercise, seed: int = 0) -> ExerciseResult:
        *_, result = run.grade(read_folder(folder), [exercise], warm, seed=seed, shrink=False)
        assert isinstance(result, RunResult)
        return result.exercises[0]

    return grade_one


@pytest.fixture
def jupyter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in; the kernel's own files stay out of the home of who runs the tests."""
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "jupyter"))
    return tmp_path
