"""The recipes: the fast way computes what the window tree does; a run that was stopped ends as if it had not been."""

import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import grade, spoil
from torch.nn import functional as F

from data.language import optimum
from grader.base import paths
from grader.kata import corpus
from grader.learner.training.checkpoint import Checkpoint
from grader.learner.training.distinct_pieces import in_pieces
from grader.learner.training.examples import Examples, from_letters, from_words
from grader.learner.training.published_run import PublishedRun
from grader.learner.training.recipes import Published, Stage, Staged
from grader.learner.training.staged_run import StagedRun
from grader.learner.training.tree_stack import TreeStack
from solutions import ex03_windows, ex09_training
from solutions.ex08_tree import FusionTree

WORDS = ["maria", "marianne", "anna", "ann", "joe", "x", "bartholomew"]
SMALL = Staged((Stage(trees=3, epochs=2, words=8), Stage(trees=1, epochs=2, words=16, taught=0.9)))


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Layers this small are far slower on two threads, above all where another process needs the second core."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def windows_of(words: list[str]) -> tuple[torch.Tensor, torch.Tensor, int]:
    vocabulary = ex03_windows.build_vocabulary(words)
    return *ex03_windows.make_windows(words, vocabulary, 8), len(vocabulary)


def trees(count: int, vocab_size: int) -> list[FusionTree]:
    """Trees in float64 with running statistics of their own, in evaluation mode."""
    torch.manual_seed(3)
    made = [FusionTree(vocab_size, 8, 5, 7).double() for _ in range(count)]
    for tree in made:
        tree(torch.randint(vocab_size, (64, 8)))
        tree.eval()
    return made


def test_each_tree_of_a_stack_says_what_the_window_tree_says() -> None:
    windows, _, vocab_size = windows_of(WORDS)
    separate = trees(3, vocab_size)
    stack = TreeStack([tree.state_dict() for tree in separate]).eval()
    sizes = [10, 1, len(windows) - 11]
    for pieces, part in zip(in_pieces(windows, vocab_size, sizes), windows.split(sizes), strict=True):
        logits = stack(pieces)
        for number, tree in enumerate(separate):
            torch.testing.assert_close(logits[number][pieces.tops], tree(part), atol=1e-10, rtol=0)


def test_a_step_of_a_stack_is_the_step_of_the_window_tree() -> None:
    windows, targets, vocab_size = windows_of(WORDS)
    (tree,) = trees(1, vocab_size)
    stack = TreeStack([tree.state_dict()]).eval()
    (pieces,) = in_pieces(windows, vocab_size)
    for model, logits in ((stack, stack(pieces)[0][pieces.tops]), (tree, tree(windows))):
        F.cross_entropy(logits, targets).backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= parameter.grad
    (stepped,) = stack.states()
    for name, tensor in tree.state_dict().items():
        torch.testing.assert_close(stepped[name], tensor, atol=1e-10, rtol=0)


def test_pieces_are_distinct_and_far_fewer_than_the_nodes_of_the_windows() -> None:
    words = corpus.load_names()[:2000:20]
    windows, _, vocab_size = windows_of(words)
    (pieces,) = in_pieces(windows, vocab_size)
    for width, level in zip((2, 4, 8), pieces.levels, strict=True):
        assert len({tuple(row) for row in level.tolist()}) == len(level)
        assert len(level) == len({tuple(row) for row in windows.reshape(-1, width).tolist()})
    assert sum(map(len, pieces.levels)) < 7 * len(windows) / 3


def test_states_go_in_and_out_unchanged() -> None:
    separate = [FusionTree(9, 8, 5, 7) for _ in range(2)]
    for tree, state in zip(separate, TreeStack([tree.state_dict() for tree in separate]).states(), strict=True):
        assert state.keys() == tree.state_dict().keys()
        assert all(torch.equal(state[name], tensor) for name, tensor in tree.state_dict().items())


def staged(recipe: Staged, examples: Examples, vocab_size: int) -> StagedRun:
    torch.manual_seed(5)
    return StagedRun(recipe, lambda: FusionTree(vocab_size, 8, 5, 7).state_dict(), examples, seed=1)


def published(examples: Examples, vocab_size: int) -> PublishedRun:
    torch.manual_seed(5)
    return PublishedRun(Published(steps=40), ex09_training, FusionTree(vocab_size, 8, 5, 7), examples, seed=1)


@pytest.mark.parametrize("kind", ["published", "staged"])
@pytest.mark.parametrize("stopped_after", [7, 20, 33])
def test_a_run_that_was_stopped_ends_as_if_it_had_not_been(kind: str, stopped_after: int, tmp_path: Path) -> None:
    data = from_words(ex03_windows, corpus.load_names()[::60], 8)
    assert len(data.training.lengths) == 69

    def begin() -> Any:
        vocab_size = len(data.vocabulary)
        if kind == "published":
            return published(data.training, vocab_size)
        return staged(SMALL, data.training, vocab_size)

    through = begin()
    while through.done < through.total:
        through.advance(1000)
    first = begin()
    while first.done < min(stopped_after, first.total - 1):
        first.advance(1)
    checkpoint = Checkpoint(tmp_path / "tree.pt", "this run")
    checkpoint.save(first.state())
    second = begin()
    left = checkpoint.load()
    assert left is not None
    second.restore(left)
    while second.done < second.total:
        second.advance(3)
    assert all(torch.equal(second.tree()[name], tensor) for name, tensor in through.tree().items())


def test_a_tree_that_is_taught_ends_far_below_one_that_is_not() -> None:
    data = from_words(ex03_windows, corpus.load_names()[::10], 8)
    alone = Stage(trees=1, epochs=25, words=32)
    teachers, student = Stage(trees=3, epochs=8, words=32), Stage(trees=1, epochs=25, words=32, taught=0.9)
    losses = []
    for recipe in (Staged((teachers, student)), Staged((alone,))):
        torch.manual_seed(0)
        run = StagedRun(recipe, lambda: FusionTree(27, 8, 8, 32).state_dict(), data.training, seed=0)
        while run.done < run.total:
            run.advance(1000)
        model = FusionTree(27, 8, 8, 32)
        model.load_state_dict(run.tree())
        losses.append(ex09_training.mean_loss(model, data.validation.windows, data.validation.targets))
    assert losses[0] < losses[1] - 0.05, losses


def test_stages_learn_the_language_as_they_learn_words() -> None:
    data = from_letters(8)
    torch.manual_seed(0)
    recipe = Staged((Stage(trees=1, epochs=1, words=96),))
    run = StagedRun(recipe, lambda: FusionTree(8, 8, 8, 32).state_dict(), data.training, seed=0)
    while run.done < run.total:
        run.advance(1000)
    model = FusionTree(8, 8, 8, 32)
    model.load_state_dict(run.tree())
    loss = ex09_training.mean_loss(model, data.validation.windows, data.validation.targets)
    assert data.least is not None
    assert data.least < loss < optimum(3, 2), loss


def test_a_file_of_another_run_or_a_damaged_one_is_none(tmp_path: Path) -> None:
    kept = Checkpoint(tmp_path / "tree.pt", "one")
    kept.save({"done": 3})
    assert kept.load() == {"done": 3}
    assert Checkpoint(tmp_path / "tree.pt", "another").load() is None
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:100])
    assert kept.load() is None


def test_fast_trains_the_learners_tree_and_reports_its_own_mean_loss(solved: Path, tmp_path: Path) -> None:
    out = tmp_path / "tree.pt"
    done = grade("train", "--answers", solved, "--recipe", "fast", "--out", out)
    assert done.returncode == 0, done.stderr
    reported = float(done.stdout.splitlines()[-1].split()[2].rstrip(","))
    assert reported < 2.25, "20,000 steps of the published recipe reach 2.20 on these names"
    data = from_words(ex03_windows, corpus.load_names(), 8)
    model = FusionTree(27, 8, 24, 128)
    model.load_state_dict(torch.load(out, weights_only=True))
    measured = ex09_training.mean_loss(model, data.validation.windows, data.validation.targets)
    assert abs(measured - reported) < 1e-4
    assert sorted(file.name for file in tmp_path.iterdir() if file.name.startswith("tree")) == [
        "tree.pt",
        "tree.pt.json",
    ]


def stopped(arguments: list[object], stop: Callable[["subprocess.Popen[str]"], None], after: str) -> str:
    """Run `grade` until it has printed a line, stop it, and return all that it printed."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "grader", *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=paths.checkout().root,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    assert process.stdout is not None
    printed = io.StringIO()
    for line in process.stdout:
        printed.write(line)
        if line.startswith(after):
            stop(process)
    process.wait(60)
    return printed.getvalue()


def test_the_same_command_goes_on_after_ctrl_c(solved: Path, tmp_path: Path) -> None:
    command = ["train", "--answers", solved, "--recipe", "best", "--out", tmp_path / "tree.pt"]
    said = stopped(command, lambda process: os.killpg(process.pid, signal.SIGINT), after="step")
    assert "the same command continues from here" in said
    goes_on = stopped(command, lambda process: os.killpg(process.pid, signal.SIGINT), after="continues after step")
    assert "(--fresh starts again)" in goes_on
    other = stopped([*command, "--seed", 1], lambda process: os.killpg(process.pid, signal.SIGINT), after="step")
    assert "goes on" not in other.partition("Stopped")[0], "another seed is another run"


def test_a_command_that_is_killed_loses_nothing(solved: Path, tmp_path: Path) -> None:
    command = ["train", "--answers", solved, "--recipe", "best", "--out", tmp_path / "tree.pt"]
    stopped(command, lambda process: process.kill(), after="step")
    deadline = time.monotonic() + 60
    while not (tmp_path / "tree.pt.stopped").exists() and time.monotonic() < deadline:
        time.sleep(0.1)  # the process that trains finds its order's end, and saves
    goes_on = stopped(command, lambda process: os.killpg(process.pid, signal.SIGINT), after="continues after step")
    assert "(--fresh starts again)" in goes_on


@pytest.mark.skipif(torch.cuda.is_available(), reason="it is there")
def test_a_device_that_is_not_there_is_one_line(solved: Path) -> None:
    done = grade("train", "--answers", solved, "--device", "cuda")
    assert (done.returncode, done.stderr) == (2, "grade: torch finds no CUDA device: use --device cpu\n")


def test_steps_are_refused_where_passes_are_counted(solved: Path) -> None:
    done = grade("train", "--answers", solved, "--recipe", "fast", "--steps", "10")
    assert done.returncode == 2
    assert done.stderr.startswith("grade: --steps only works with --recipe published")


def test_a_normalisation_that_counts_its_batches_is_a_right_one_here_too(solved: Path, tmp_path: Path) -> None:
    shutil.copy(
        paths.checkout().root / "tests" / "right" / "ex06_batch_norm" / "subclass.py", solved / "ex06_batch_norm.py"
    )
    done = grade(
        "train", "--answers", solved, "--recipe", "fast", "--data", short(tmp_path), "--out", tmp_path / "t.pt"
    )
    assert done.returncode == 0, done.stderr
    assert "levels.0.norm.num_batches_tracked" in torch.load(tmp_path / "t.pt", weights_only=True)


def test_a_tree_of_other_parts_is_told_so(solved: Path, tmp_path: Path) -> None:
    spoil(solved, 8, "self.embedding", "self.letters")
    done = grade(
        "train", "--answers", solved, "--recipe", "fast", "--data", short(tmp_path), "--out", tmp_path / "t.pt"
    )
    assert done.returncode == 1
    assert "the state_dict of FusionTree has no 'embedding.weight'" in done.stderr


def short(folder: Path) -> Path:
    words = folder / "words.txt"
    words.write_text("\n".join(corpus.load_names()[::50]) + "\n")
    return words
