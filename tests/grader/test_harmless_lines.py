"""A correct answer with a harmless line in it keeps its points at home and in the sandbox, with the same words."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import as_json, by_number, grade, spoil

from grader.answers import process_settings
from grader.base import paths
from grader.base.results import RunResult
from grader.engine import run
from grader.engine.worker_processes import CAN_FORK, Workers
from grader.kata import harmless_lines
from grader.kata.curriculum import Exercise
from grader.kata.submission import Submission, read_folder

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="the sandbox needs Linux")

# What learners have at the top of a file, below its imports: one answer each.
TOP_LINES = [
    "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()",
    "import hypothesis, yaml, rich, typing_extensions, pytest, numpy, torch.nn.functional as F",
    "import hypothesis; assert (hypothesis.settings().deadline, hypothesis.settings().max_examples) == (None, 20)",
    "import tempfile; tempfile.NamedTemporaryFile().write(b'x'); tempfile.mkdtemp()",
    "import getpass, os, platform, pwd; getpass.getuser(), platform.node(), pwd.getpwuid(os.getuid()).pw_name",
    "import pathlib; (pathlib.Path.home() / 'notes.txt').write_text('x')",
    "import locale; locale.setlocale(locale.LC_ALL, '')",
    "import logging; logging.basicConfig(level=logging.DEBUG); logging.getLogger(__name__).info('hello')",
    "import logging, os; logging.basicConfig(filename=os.path.expanduser('~/run.log')); logging.warning('hello')",
    "import warnings; warnings.simplefilter('error')",
    "import warnings; warnings.filterwarnings('ignore'); warnings.warn('x')",
    "torch.set_num_threads(4)",
    "torch.set_num_interop_threads(2)",
    "torch.manual_seed(1337); import random; random.seed(42); import numpy as np; np.random.seed(0)",
    "torch.set_printoptions(precision=10, sci_mode=False); import numpy as np; np.set_printoptions(precision=2)",
    "torch.set_default_dtype(torch.float64)",
    "torch.set_default_device('meta')",
    "torch.set_grad_enabled(False)",
    "torch.autograd.set_detect_anomaly(True)",
    "torch.use_deterministic_algorithms(True)",
    "torch.set_float32_matmul_precision('high')",
    "torch.backends.cudnn.benchmark = True; torch.backends.cuda.matmul.allow_tf32 = True",
    "device = 'cuda' if torch.cuda.is_available() else 'cpu'; torch.backends.mps.is_available()",
    "import os; os.environ['KMP_DUPLICATE_LIB_OK'] = 'TRUE'; os.environ['CUDA_VISIBLE_DEVICES'] = ''",
    "import os; os.environ.pop('PATH', None); os.environ.clear()",
    "import os; os.chdir('/')",
    "import sys; sys.path.append('..'); sys.path.insert(0, '.')",
    "import sys; sys.setrecursionlimit(5000)",
    "import numpy as np; np.seterr(all='raise')",
    "import gc; gc.disable()",
    "import faulthandler; faulthandler.is_enabled()",
    "import multiprocessing, concurrent.futures, subprocess, socket, asyncio, sqlite3, ssl, ctypes, zoneinfo, curses",
    "import zoneinfo; zoneinfo.ZoneInfo('Europe/Berlin') if zoneinfo.available_timezones() else None",
    "import threading; threading.Thread(target=print, args=['hello']).start()",
    "import time; time.sleep(0.01); print('loaded', time.strftime('%X'))",
    "import pdb; pdb.set_trace()",
    "breakpoint()",
    "print('Schicht für Schicht ✓')",
    "if __name__ == '__main__': raise SystemExit(FlattenConsecutive(2)(torch.ones(1, 4, 2)))",
    "from collections import *; from math import *; from typing import *",
    "import atexit; atexit.register(print, 'bye')",
    "_ = torch.tensor([1.0], requires_grad=True).sum().backward()",
    "import os; os.chdir(os.path.expanduser('~')); open('scratch.txt', 'w').write('x' * 1000)",
    "from exercises import ex05_flatten_consecutive as me",
]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workers, Workers]]:
    """Workers at home, in a home folder of their own, and workers whose answers run in the sandbox."""
    chosen = [by_number(5), by_number(7)]
    with (
        pytest.MonkeyPatch.context() as patch,
        _home(patch, tmp_path_factory.mktemp("home"), chosen) as home,
        Workers(chosen, sandbox=True, accept_weak=True, many=True) as sandbox,
    ):
        yield home, sandbox


def _home(patch: pytest.MonkeyPatch, folder: Path, chosen: list[Exercise]) -> Workers:
    patch.setenv("HOME", str(folder))
    return Workers(chosen, many=True)


def told(workers: Workers, folder: Path, number: int) -> tuple[float, list[tuple[object, ...]]]:
    """The points of an exercise, and of each check what it says."""
    result = run.last(run.grade(read_folder(folder), [by_number(number)], workers, shrink=False))
    assert isinstance(result, RunResult)
    checks = result.exercises[0].checks
    found = [(c.check.name, c.finding.status, c.finding.difference, c.finding.traceback, c.cause) for c in checks]
    return result.exercises[0].points, [entry for entry in found if entry[1] != "passed"]


def with_top_line(folder: Path, number: int, line: str) -> Path:
    """Put a line below the imports of an answer."""
    first = next(text for text in (folder / by_number(number).file).read_text().splitlines() if text[:5] == "class")
    return spoil(folder, number, first, f"import torch\n{line}\n\n\n{first}")


@pytest.mark.sampled(
    *("import matplotlib", "import hypothesis, yaml", "import tempfile", "import logging; ", "torch.manual_seed"),
    *("torch.set_default_dtype", "breakpoint()", "if __name__", "from exercises"),
)
@pytest.mark.parametrize("line", TOP_LINES)
def test_a_harmless_line_costs_nothing_anywhere(both: tuple[Workers, Workers], solved: Path, line: str) -> None:
    with_top_line(solved, 5, line)
    assert [told(workers, solved, 5) for workers in both] == [(15, [])] * 2


@pytest.mark.sampled("torch.set_default_dtype", "torch.set_grad")
@pytest.mark.parametrize("line", [line for line in TOP_LINES if "torch.set_" in line or "torch.use_" in line])
def test_a_setting_of_one_file_costs_no_other_exercise(both: tuple[Workers, Workers], solved: Path, line: str) -> None:
    with_top_line(solved, 5, line)
    assert [told(workers, solved, 7)[0] for workers in both] == [15] * 2


@pytest.mark.sampled("breakpoint")
@pytest.mark.parametrize("stop", ["breakpoint()", "import pdb; pdb.set_trace()", "__import__('pdb').Pdb().set_trace()"])
def test_a_debugger_left_in_a_function_is_skipped(both: tuple[Workers, Workers], solved: Path, stop: str) -> None:
    spoil(solved, 5, "        joined = x.reshape", f"        {stop}\n        joined = x.reshape")
    assert [told(workers, solved, 5) for workers in both] == [(15, [])] * 2


ABSOLUTE = [
    "from exercises.ex05_flatten_consecutive import FlattenConsecutive",
    "import exercises.ex05_flatten_consecutive as five; FlattenConsecutive = five.FlattenConsecutive",
    "import exercises.ex05_flatten_consecutive\n"
    "FlattenConsecutive = exercises.ex05_flatten_consecutive.FlattenConsecutive",
    "from exercises import ex05_flatten_consecutive; FlattenConsecutive = ex05_flatten_consecutive.FlattenConsecutive",
    "from . import ex05_flatten_consecutive; FlattenConsecutive = ex05_flatten_consecutive.FlattenConsecutive",
]


@pytest.mark.sampled("from exercises.", "from . import")
@pytest.mark.parametrize("line", ABSOLUTE)
def test_an_import_of_the_checkouts_package_means_the_file_beside(
    both: tuple[Workers, Workers], solved: Path, line: str
) -> None:
    spoil(solved, 7, "from .ex05_flatten_consecutive import FlattenConsecutive", line)
    assert [told(workers, solved, 7) for workers in both] == [(15, [])] * 2


def test_a_file_that_the_folder_lacks_is_not_taken_from_the_checkout(
    both: tuple[Workers, Workers], solved: Path
) -> None:
    (solved / by_number(4).file).unlink()
    with_top_line(solved, 5, "from exercises.ex04_flat_mlp import FlatMLP")
    home, sandbox = (told(workers, solved, 5) for workers in both)
    assert home == sandbox
    assert "it imports .ex04_flat_mlp, which does not exist" in str(home[1])


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("import nothing_like_this", "it imports the package `nothing_like_this`, which is not installed"),
        ("from exercises.ex99_none import X", "it imports .ex99_none, which does not exist"),
        ("from exercises import ex99_none", "it imports .ex99_none, which does not exist"),
        ("from exercises.ex06_batch_norm import Nothing", "it imports `Nothing` from ex06_batch_norm, which does not"),
    ],
)
def test_what_cannot_be_imported_is_told_in_the_same_words(
    both: tuple[Workers, Workers], solved: Path, line: str, says: str
) -> None:
    with_top_line(solved, 5, line)
    home, sandbox = (told(workers, solved, 5) for workers in both)
    assert home == sandbox
    assert home[0] == 0
    assert says in str(home[1])


PROPERTY = """
    layers = {group: cls(group) for group in GROUPS}

    @hypothesis.given(strategies.sampled_from(GROUPS), strategies.sampled_from(range(24)), strategies.booleans())
    def holds(group: int, number: int, training: bool) -> None:
        x = _inputs(group)[number]
        states = _random_states()
        _assert_call(layers[group].train(training), group, x)
        assert _random_states() == states

    holds()
"""


@pytest.mark.prove
@pytest.mark.parametrize("sandbox", [(), ("--sandbox", "--accept-weak-sandbox")], ids=["home", "sandbox"])
def test_a_property_of_hypothesis_answers_exercise_14(solved: Path, sandbox: tuple[str, ...]) -> None:
    text = by_number(14).solution.read_text()
    loop = text[text.index("    for group in GROUPS:\n        layer") : text.index("\n\n# END SOLUTION")]
    spoil(solved, 14, loop, PROPERTY)
    spoil(solved, 14, "import torch\n", "import hypothesis\nimport torch\nfrom hypothesis import strategies\n")
    done = grade("14", "--answers", solved, "--json", "-", *sandbox)
    assert as_json(done)["ex14"]["points"] == 10, done.stdout


@pytest.mark.prove
def test_every_module_of_the_standard_library_imports_in_the_sandbox_that_does_at_home(
    both: tuple[Workers, Workers], solved: Path
) -> None:
    names = sorted(sys.stdlib_module_names - {"antigravity", "this", "idlelib"})
    with_top_line(
        solved,
        5,
        "import importlib\nfailed = []\n"
        f"for _name in {names}:\n    try:\n        importlib.import_module(_name)\n"
        "    except ImportError:\n        failed.append(_name)\n"
        "raise ValueError(failed)",
    )
    home, sandbox = (told(workers, solved, 5) for workers in both)
    assert [entry[:3] for entry in home[1]] == [entry[:3] for entry in sandbox[1]]
    assert "ValueError" in str(home[1])


def test_the_kata_itself_is_not_to_be_found_in_the_sandbox(both: tuple[Workers, Workers], solved: Path) -> None:
    line = (
        "import importlib.util, pathlib, sys\n"
        "names = ('solutions', 'tests', 'grader.mistakes', 'grader.kata')\n"
        "found = [name for name in names if importlib.util.find_spec(name) is not None]\n"
        "files = [str(file) for place in sys.path for file in pathlib.Path(place).glob('*/ex05_*')]\n"
        "if found or files: raise ValueError(found, files)"
    )
    with_top_line(solved, 5, line)
    assert told(both[1], solved, 5)[0] == 15


def test_what_a_file_changes_for_the_whole_process_is_put_back_and_named() -> None:
    import numpy as np
    import torch

    settings = process_settings.kept()
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    torch.set_printoptions(precision=9)
    np.seterr(all="raise")
    assert process_settings.restore(settings) == [
        "torch's default dtype",
        "torch's grad mode",
        "torch's print options",
        "NumPy's error handling",
    ]
    assert (torch.get_default_dtype(), torch.is_grad_enabled()) == (torch.float32, True)
    assert process_settings.restore(settings) == []


def test_notes_name_the_line_of_a_debugger_and_of_a_setting(tmp_path: Path) -> None:
    file = tmp_path / "ex05_flatten_consecutive.py"
    file.write_text("import torch\ntorch.set_default_dtype(torch.float64)\n\ndef f():\n    breakpoint()\n")
    assert harmless_lines.notes(by_number(5), file) == [
        "ex05_flatten_consecutive.py, line 5: breakpoint() is skipped while grading; to stop there: pytest -k ex05",
        "ex05_flatten_consecutive.py, line 2: sets torch's default dtype for the whole process; "
        "restored before each check",
    ]
    file.write_text("def broken(:\n")
    assert harmless_lines.notes(by_number(5), file) == []


SETTING = "torch.set_default_dtype(torch.float64)"


@pytest.mark.parametrize(
    "lines",
    [
        f"if torch.cuda.is_available() or True:\n    {SETTING}",
        f"with torch.no_grad():\n    {SETTING}",
        f"for _ in range(1):\n    {SETTING}",
        f"try:\n    pass\nfinally:\n    {SETTING}",
        f"def prepare():\n    {SETTING}\nprepare()",
        f"_ = {SETTING}",
    ],
)
def test_a_setting_is_named_wherever_it_is_set_at_import(tmp_path: Path, lines: str) -> None:
    file = tmp_path / "ex05_flatten_consecutive.py"
    file.write_text(lines)
    (note,) = harmless_lines.notes(by_number(5), file)
    assert "sets torch's default dtype for the whole process" in note


@pytest.mark.parametrize(
    "lines",
    [
        f"def never_called():\n    {SETTING}",
        f'if __name__ == "__main__":\n    {SETTING}',
        "with warnings.catch_warnings():\n    warnings.simplefilter('ignore')",
        "with torch.set_grad_enabled(False):\n    pass",
    ],
)
def test_a_setting_that_no_import_leaves_behind_is_not_named(tmp_path: Path, lines: str) -> None:
    file = tmp_path / "ex05_flatten_consecutive.py"
    file.write_text(lines)
    assert harmless_lines.notes(by_number(5), file) == []


def test_the_note_on_a_debugger_fits_the_folder_and_the_form_of_the_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = paths.checkout().root
    monkeypatch.setattr(paths, "command", lambda program: program)
    (tmp_path / by_number(5).file).write_text("breakpoint()\n")

    def stop_there(folder: Path, shown: str) -> str:
        (note,) = Submission(folder, shown).notes([by_number(5)])
        return note.partition("to stop there: ")[2]

    monkeypatch.chdir(root)
    assert stop_there(tmp_path, str(tmp_path)) == f"pytest -k ex05 --answers {tmp_path}"
    assert stop_there(tmp_path, "kata.ipynb") == "call your code in a cell"
    monkeypatch.chdir(root / "exercises")
    assert stop_there(tmp_path, "answers.zip") == "pytest ../tests/checks -k ex05"


@pytest.mark.prove
@pytest.mark.parametrize("folder", [".", "exercises"])
def test_the_command_of_the_note_stops_at_the_breakpoint(copied: Path, folder: str) -> None:
    (copied / "exercises" / by_number(5).file).write_text(by_number(5).solution.read_text())
    spoil(copied / "exercises", 5, "        joined = x.reshape", "        breakpoint()\n        joined = x.reshape")
    note = grade("5", checkout_copy=copied, cwd=copied / folder).stdout.splitlines()[0]
    done = subprocess.run(
        ["bash", "-c", note.partition("to stop there: ")[2]],
        input="q\n",
        capture_output=True,
        text=True,
        cwd=copied / folder,
        env=os.environ | {"PYTHONPATH": str(copied)},
        check=False,
    )
    assert "(Pdb)" in done.stdout, done.stdout + done.stderr
