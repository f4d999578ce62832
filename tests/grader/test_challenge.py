"""`grade challenge`: five challengers and what becomes of each; cheats are refused, and a score is what it says."""

import json
import math
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from conftest import grade
from torch.nn import functional as F

from grader.answers.sandbox import Sandbox
from grader.base import paths
from grader.base.errors import AnswersFailed
from grader.engine.worker_processes import CAN_FORK
from grader.kata import corpus
from grader.learner.challenge import marks, scoring
from grader.learner.challenge.board import Entry
from grader.learner.challenge.fair_loss import fair_loss
from solutions.ex03_windows import make_windows
from solutions.ex08_tree import FusionTree

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="the sandbox needs Linux")

TASK = scoring.task(corpus.load_names()[::5])
SECONDS = 8.0

COUNTS = """
import torch
from torch import nn


class Counts(nn.Module):
    context = 1

    def __init__(self, vocab_size):
        super().__init__()
        self.table = nn.Parameter(torch.zeros(vocab_size, vocab_size))

    def forward(self, windows):
        return self.table[windows[:, -1]]


def new_model(vocab_size):
    return Counts(vocab_size)


def train_model(train_words, validation_words, budget):
    model = new_model(len(budget.vocabulary))
    counts = torch.ones_like(model.table)
    for word in train_words:
        tokens = [0, *(budget.vocabulary[character] for character in word), 0]
        for one, other in zip(tokens, tokens[1:]):
            counts[one, other] += 1
    with torch.no_grad():
        model.table.copy_(counts.log())
    return model
"""

TREE = """
import torch
from torch.nn import functional as F

from .ex03_windows import make_windows
from .ex08_tree import FusionTree


def new_model(vocab_size):
    return FusionTree(vocab_size, 8, 24, 128)


def train_model(train_words, validation_words, budget):
    windows, targets = make_windows(train_words, budget.vocabulary, 8)
    model = new_model(len(budget.vocabulary))
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    generator = torch.Generator().manual_seed(0)
    for step in range(120):
        rows = torch.randint(len(windows), (128,), generator=generator)
        optimizer.zero_grad()
        F.cross_entropy(model(windows[rows]), targets[rows]).backward()
        optimizer.step()
    return model
"""

UNIFORM = COUNTS.replace("model.table.copy_(counts.log())", "model.table.zero_()")

REMEMBERS = COUNTS.replace(
    "        return self.table[windows[:, -1]]",
    """        seen = self.__dict__.setdefault("seen", {})
        for row in windows.tolist():
            seen.setdefault(row[-2], set()).add(row[-1])
        logits = self.table[windows[:, -1]].clone()
        for number, row in enumerate(windows.tolist()):
            for after in seen.get(row[-1], ()):
                logits[number, after] += 5
        return logits""",
).replace("context = 1", "context = 8")

HOARDER = COUNTS.replace("    return model\n", "    HOARD.extend(train_words)\n    return model\n").replace(
    "class Counts", "HOARD = []\n\n\nclass Counts"
)
HOARDER = HOARDER.replace(
    "        return self.table", "        assert not HOARD, 'words came along'\n        return self.table"
)


def counts_with(old: str, new: str) -> str:
    """The honest file with one change."""
    assert old in COUNTS
    return COUNTS.replace(old, new)


TABLE, TRAIN, RETURN = "        self.table", "    counts = torch", "    return model\n"
READ = "self.table[windows[:, -1]]"
REFUSED = {
    "remembers": (REMEMBERS, "different logits"),
    "other_rows": (counts_with(READ, "self.table[windows.flip(0)[:, -1]]"), "different logits"),
    "dice": (counts_with(READ, f"{READ} + torch.rand(len(windows), 27)"), "different logits"),
    "large": (
        counts_with(TABLE, f"        self.more = nn.Parameter(torch.zeros(76_000))\n{TABLE}"),
        "76,729 parameters",
    ),
    "buffers": (
        counts_with(TABLE, f"        self.register_buffer('more', torch.zeros(4_097))\n{TABLE}"),
        "4,097 numbers in buffers",
    ),
    "shape": (counts_with(READ, f"{READ}[:, :-1]"), "must return logits"),
    "infinite": (counts_with(READ, f"{READ} / 0"), "not finite"),
    "no_model": (counts_with(RETURN, "    return 7\n"), "must return an nn.Module, got int"),
    "two_models": (
        counts_with(RETURN, "    model.table = nn.Parameter(torch.zeros(3, 3))\n    return model\n"),
        "differ in table",
    ),
    "reads": (
        counts_with(TRAIN, f"    open({str(paths.checkout().data / 'names.txt')!r})\n{TRAIN}"),
        "raised FileNotFoundError",
    ),
    "raises": (counts_with(TRAIN, f"    counts = nothing\n{TRAIN}"), "line 23, in train_model"),
    "exits": (counts_with(TRAIN, f"    __import__('os')._exit(0)\n{TRAIN}"), "ended its process"),
    "without": ("import torch\n", "does not define `train_model`"),
    "unparsable": ("def train_model(:\n", "does not parse"),
    "brings": (COUNTS + "WEIGHTS = '" + "0" * 70_000 + "'\n", "data may not be brought along"),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with scoring.open_sandbox() as sandbox:
        yield sandbox


def score(sandbox: Sandbox, folder: Path, name: str, text: str, seconds: float = SECONDS) -> scoring.Score:
    file = folder / f"{name}.py"
    file.write_text(text)
    scoring.check(file)
    return scoring.challenge(file, TASK, seconds, sandbox)


@pytest.mark.prove
def test_honest_challengers_get_the_loss_that_their_model_has(sandbox: Sandbox, solved: Path) -> None:
    uniform = score(sandbox, solved, "uniform", UNIFORM)
    assert abs(uniform.loss - math.log(27)) < 1e-6
    counts = score(sandbox, solved, "counts", COUNTS)
    assert abs(counts.loss - marks.measure("bigram", TASK).loss) < 1e-6
    assert counts.parameters == 27 * 27
    tree = score(sandbox, solved, "tree", TREE, seconds=60)
    assert tree.parameters == 76_579
    assert tree.loss < counts.loss
    assert 0 < counts.seconds < tree.seconds < 60


@pytest.mark.prove
def test_words_of_training_do_not_come_along_to_the_scoring(sandbox: Sandbox, tmp_path: Path) -> None:
    plain, hoarder = (score(sandbox, tmp_path, name, text) for name, text in (("a", COUNTS), ("b", HOARDER)))
    assert plain.loss == hoarder.loss


@pytest.mark.sampled("exits")
@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    text, why = REFUSED[name]
    with pytest.raises(AnswersFailed, match=re.escape(why)):
        score(sandbox, tmp_path, name, text)


def test_too_much_time_is_refused_and_measured_from_outside(sandbox: Sandbox, tmp_path: Path) -> None:
    clock = "    import time\n    time.process_time = time.perf_counter = lambda: 0.0\n"
    slow = COUNTS.replace("    counts = torch", f"{clock}    while True:\n        pass\n    counts = torch")
    with pytest.raises(AnswersFailed, match=r"of CPU time, the budget is 1 s"):
        score(sandbox, tmp_path, "slow", slow, seconds=1)


def test_the_fair_loss_is_the_mean_loss_over_all_windows() -> None:
    torch.manual_seed(0)
    model = FusionTree(len(TASK.vocabulary), 8, 5, 7).eval()
    windows, targets = make_windows(TASK.test, TASK.vocabulary, 8)
    with torch.no_grad():
        expected = F.cross_entropy(model(windows).double(), targets).item()
        assert abs(fair_loss(model, TASK.test, TASK.vocabulary, 8) - expected) < 1e-6


def test_no_window_is_asked_before_the_shorter_ones_were_answered() -> None:
    lengths = []

    def model(windows: torch.Tensor) -> torch.Tensor:
        lengths.append(windows.ne(0).sum(1))
        return torch.zeros(len(windows), 27)

    fair_loss(model, TASK.test, TASK.vocabulary, 64)
    first = torch.cat(lengths)[: sum(len(word) + 1 for word in TASK.test)]
    assert torch.equal(first, first.sort().values)


@pytest.mark.prove
def test_a_leaderboard_after_five_challengers_one_of_them_a_cheat(solved: Path, copied: Path) -> None:
    words = copied / "words.txt"
    words.write_text("\n".join(corpus.load_names()[::5]) + "\n")
    shutil.copy(copied / "exercises" / "challenge.py", solved / "example.py")
    challengers = {"uniform": UNIFORM, "counts": COUNTS, "tree": TREE, "remembers": REMEMBERS}
    for name, text in challengers.items():
        (solved / f"{name}.py").write_text(text)
    for name in ("example", *challengers):
        done = grade("challenge", solved / f"{name}.py", "--data", words, checkout_copy=copied)
        assert done.returncode == (name == "remembers"), done.stderr
        assert done.stderr.startswith("grade: rejected") == (name == "remembers")
    shown = grade("challenge", "--board", "--data", words, checkout_copy=copied).stdout.splitlines()
    names = [line.split()[1] for line in shown[1:5]]
    assert sorted(names) == ["counts", "example", "tree", "uniform"]
    assert names[-1] == "uniform"
    assert [line.split()[0] for line in shown[1:5]] == ["1", "2", "3", "4"]
    assert shown[5].startswith("remembers: rejected: the model gives a window different logits")
    assert shown[6].startswith("not measured yet: bigram, fast, best, flat, published (grade challenge --marks")
    other = grade("challenge", "--board", checkout_copy=copied).stdout
    assert "example" not in other, "other words, another board"


@pytest.mark.prove
def test_marks_are_trained_here_and_stand_in_order() -> None:
    losses = {name: marks.measure(name, TASK).loss for name in ("bigram", "fast")}
    assert losses["fast"] < losses["bigram"] < math.log(27)
    assert set(marks.missing([Entry("bigram", True, 2.4, 729, 0.1)])) == {"flat", "published", "fast", "best"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "give a file with your train_model"),
        (["nothing.py"], "nothing.py is not there"),
        (["pyproject.toml"], "cannot be imported"),
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], says: str) -> None:
    done = grade("challenge", *arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_damaged_board_is_put_aside(copied: Path) -> None:
    (copied / ".grade").mkdir()
    (copied / ".grade" / "challenge.json").write_text(json.dumps({"x": {"y": {"z": 1}}}))
    assert grade("challenge", "--board", checkout_copy=copied).returncode == 0
    assert (copied / ".grade" / "challenge.damaged.json").exists()
