"""`grade train`: the learner's own code on real words; stopped at a whole step, saved whole."""

import os
import re
import signal
import time
from pathlib import Path

import pytest
import torch
from conftest import Run, by_number, grade, spoil
from terminals import in_a_session

from data.language import optimum
from grader.base import paths
from grader.learner.training import training_record
from grader.learner.training.examples import from_letters

LAST_LINE = re.compile(r"validation loss (\d+\.\d{4}), 76579 parameters, \d+\.\d s")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """A tree trained for a few steps with the solutions, and what was printed."""
    model = tmp_path_factory.mktemp("model") / "tree.pt"
    return model, grade("train", "--answers", paths.checkout().solutions, "--steps", 400, "--out", model)


def test_it_learns_and_saves_a_model_that_loads(trained: tuple[Path, Run]) -> None:
    model, done = trained
    assert done.returncode == 0, done.stderr
    last = LAST_LINE.fullmatch(done.stdout.splitlines()[-1])
    assert last is not None
    assert float(last[1]) < 2.45, "far below the 3.3 of a uniform guess"
    from solutions.ex08_tree import FusionTree

    FusionTree(27, 8, 24, 128).load_state_dict(torch.load(model, weights_only=True))


def test_the_record_tells_how_the_model_came_to_be(trained: tuple[Path, Run]) -> None:
    record = training_record.read(trained[0])
    assert record is not None
    assert (record.data, record.recipe, record.done, record.steps) == ("names", None, 400, 400)
    assert record.curve[-1][0] == 400
    assert record.curve[0][1] > record.curve[-1][1]


@pytest.mark.prove
def test_the_same_seed_gives_the_same_model(solved: Path, tmp_path: Path) -> None:
    def run(seed: int, steps: int = 60) -> tuple[str, ...]:
        done = grade("train", "--answers", solved, "--steps", steps, "--seed", seed, "--out", tmp_path / "tree.pt")
        return tuple(
            re.sub(r", [\d.]+ s$", "", line) for line in done.stdout.splitlines() if not line.startswith("step")
        )

    assert run(1) == run(1)
    assert run(1) != run(2)


@pytest.mark.prove
def test_a_missing_exercise_stops_it_or_is_replaced_as_asked(copied: Path) -> None:
    refused = grade("train", checkout_copy=copied)
    assert refused.returncode == 2
    assert refused.stderr.startswith("grade: ex01_receptive_field is not written yet (and 7 more): grade ex01, ")
    done = grade("train", "--with-solutions", "--steps", "20", checkout_copy=copied)
    assert done.returncode == 0
    assert "ex08_tree: the solution is used (--with-solutions)" in done.stdout


def test_an_error_in_the_learners_code_names_its_line(solved: Path) -> None:
    spoil(solved, 7, "return torch.tanh(fused)", "return torch.tanh(fused) + no_such_name")
    done = grade("train", "--answers", solved, "--steps", "20")
    assert done.returncode == 1
    assert "training stopped: your code raised NameError: name 'no_such_name' is not defined" in done.stderr
    assert re.search(
        rf"{by_number(7).file}, line \d+, in forward\n +return torch.tanh\(fused\) \+ no_such", done.stderr
    )
    assert "Traceback" not in done.stderr


@pytest.mark.prove
@pytest.mark.parametrize("code", ["__import__('os')._exit(0)", "__import__('ctypes').string_at(0)"])
def test_answers_that_end_the_process_end_the_training_with_a_line(solved: Path, code: str) -> None:
    spoil(solved, 9, "    model.train()\n", f"    {code}\n")
    done = grade("train", "--answers", solved, "--steps", "20")
    assert done.returncode == 1
    assert "training ended without a result" in done.stderr


@pytest.mark.prove
def test_answers_that_print_a_lot_do_not_hold_the_training_up(solved: Path) -> None:
    spoil(solved, 5, "        batch, time", '        print("x" * 10_000)\n        batch, time')
    done = grade("train", "--answers", solved, "--steps", 30, "--out", solved / "tree.pt")
    assert done.returncode == 0, done.stderr


@pytest.mark.prove
def test_ctrl_c_stops_at_a_whole_step_saves_and_says_so(solved: Path, tmp_path: Path) -> None:
    out = tmp_path / "tree.pt"
    process = in_a_session("train", "--answers", solved, "--steps", 1_000_000, "--out", out)
    time.sleep(8)
    os.killpg(process.pid, signal.SIGINT)
    text, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert re.search(r"Stopped after step \d+ of 1000000; the model is saved", text)
    assert LAST_LINE.fullmatch(text.splitlines()[-1])
    assert torch.load(out, weights_only=True)["embedding.weight"].shape == (27, 24)


@pytest.mark.prove
def test_words_of_ones_own(solved: Path, tmp_path: Path) -> None:
    words = tmp_path / "wörter.txt"
    words.write_text("\n".join(f"süß{ending}" for ending in "abcdefghijklmnopqrstuvwxyz") + "\n", encoding="utf-8")
    done = grade("train", "--answers", solved, "--steps", "20", "--data", words, "--out", tmp_path / "tree.pt")
    assert done.returncode == 0, done.stderr
    words.write_text("only\nthree\nwords\n")
    done = grade("train", "--answers", solved, "--data", words, "--out", tmp_path / "tree.pt")
    assert done.returncode == 2
    assert "3 words are too few" in done.stderr


LANGUAGE_ENDS = re.compile(
    r"the lowest possible loss on the validation letters is (\d\.\d{4}); the tree is (\d\.\d{4}) above it\n"
    r"validation loss (\d\.\d{4}), 73672 parameters, \d+\.\d s\n$"
)


@pytest.mark.prove
def test_the_language_ends_with_the_excess_over_what_is_possible(solved: Path, tmp_path: Path) -> None:
    for number in (3, 4, 10):
        (solved / by_number(number).file).unlink()  # a stream is neither words to cut nor names to draw
    done = grade("train", "--answers", solved, "--data", "language", "--steps", "1500", "--out", tmp_path / "tree.pt")
    assert done.returncode == 0, done.stderr
    found = LANGUAGE_ENDS.search(done.stdout)
    assert found is not None, done.stdout
    least, above, loss = map(float, found.groups())
    assert abs(least - optimum(3, 8)) < 0.005
    assert abs(loss - least - above) < 2e-4
    assert loss < 2.07, "below ln 8, the loss of a coin for every bit"
    assert "names" not in done.stdout


@pytest.mark.prove
def test_windows_of_the_language_are_views_of_one_stream() -> None:
    for context in (2, 4, 8):
        data = from_letters(context)
        for part in (data.training, data.validation):
            assert torch.equal(part.windows[1:, -1], part.targets[:-1])
            assert torch.equal(part.windows[1:, :-1], part.windows[:-1, 1:])
            assert len(part.windows) == len(part.targets) == part.lengths.sum()
        assert torch.equal(data.validation.targets, from_letters(8).validation.targets), "the same for each context"


@pytest.mark.prove
def test_a_tree_of_the_language_leaves_that_of_words_alone_and_has_no_pictures(copied: Path) -> None:
    trained = grade("train", "--with-solutions", "--data", "language", "--steps", "20", checkout_copy=copied)
    assert trained.returncode == 0, trained.stderr
    model = copied / ".grade" / "language.pt"
    assert model.is_file() and not (copied / ".grade" / "tree.pt").exists()
    reported = grade("report", "--model", model, checkout_copy=copied)
    assert "was trained on the artificial language, but the pictures are for words: grade train" in reported.stdout
