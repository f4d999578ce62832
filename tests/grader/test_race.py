"""`grade race`: the learner's models trained side by side, what comes of it, and how little a sentence may claim."""

import io
import os
import random
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from conftest import at_terminal, by_number, grade
from rich.console import Console
from terminals import ended, in_a_session

from grader.base import paths
from grader.learner.race import control_models, plot
from grader.learner.race.race import Arrival, Lane, Point, language_race, names_race
from grader.learner.race.verdict import standings, verdict
from solutions import ex07_fusion, ex08_tree
from solutions.ex04_flat_mlp import FlatMLP

answers = SimpleNamespace(ex07_fusion=ex07_fusion, ex08_tree=ex08_tree)

NEEDED = (1, 4, 5, 6, 7, 8)  # the solution of 8 counts its levels with 1


@pytest.fixture
def words(tmp_path: Path) -> Path:
    """Few words: each lane takes thirty steps."""
    draw = random.Random(0)
    path = tmp_path / "words.txt"
    path.write_text("\n".join("".join(draw.choices("abcde", k=5)) for _ in range(60)) + "\n")
    return path


def arrival(model: str, loss: float, seed: int = 0, context: int = 8, least: float | None = None) -> Arrival:
    """A lane at its end; each of 200 words has the same mean loss, but for what its number adds."""
    lane = Lane(f"{model}, context {context}", model, 27, context, 24, 128, seed)
    by_word = () if least is not None else tuple((loss + (word % 2 - 0.5) / 10, 6) for word in range(200))
    return Arrival(lane, 20_000, 1.0, loss, least, by_word)


@pytest.mark.prove
def test_on_the_language_each_tree_reaches_what_its_context_can_and_the_flat_model_does_not(tmp_path: Path) -> None:
    picture = tmp_path / "race.png"
    done = grade("race", "--answers", paths.checkout().solutions, "--seeds", 1, "--out", picture)
    assert done.returncode == 0, done.stderr
    rows = {
        name: (int(size.replace(",", "")), float(loss), float(least))
        for name, size, loss, least in re.findall(
            r"^(\w+, context \d) +([\d,]+) +(\d\.\d+) +(\d\.\d+) ", done.stdout, re.MULTILINE
        )
    }
    for context, loss in {2: 1.585, 4: 1.092, 8: 0.599}.items():
        assert rows[f"tree, context {context}"][1] == pytest.approx(loss, abs=0.02)
        assert rows[f"tree, context {context}"][1] > rows[f"tree, context {context}"][2] - 0.002, "below the optimum?"
    (tree, tree_loss, _), (flat, flat_loss, _) = rows["tree, context 8"], rows["flat, context 8"]
    assert flat == pytest.approx(tree, rel=0.01)
    assert flat_loss > tree_loss + 0.05
    text = " ".join(done.stdout.split())
    assert "the tree is ahead by" in text
    connected, connected_loss, _ = rows["connected, context 8"]
    assert connected == pytest.approx(tree, rel=0.01)
    assert tree_loss < connected_loss < flat_loss
    share = round(100 * (flat_loss - connected_loss) / (flat_loss - tree_loss))
    told = re.search(r"depth alone closes (\d+) % of the gap, and the other (\d+) % is the rest", text)
    assert told is not None and int(told[1]) == pytest.approx(share, abs=1) and int(told[1]) + int(told[2]) == 100
    assert "Trees reach the lowest possible loss, to within 0.02, at context 2, context 4, context 8." in text
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.prove
def test_words_are_raced_with_three_seeds_and_the_spread_is_told(solved: Path, words: Path, tmp_path: Path) -> None:
    picture = tmp_path / "race.svg"
    done = grade("race", "--answers", solved, "--data", words, "--out", picture)
    assert done.returncode == 0, done.stderr
    for model in ("tree", "flat", "connected"):
        assert [f"{model}, context 8 (seed {seed}): loss" in done.stdout for seed in range(3)] == [True] * 3
    assert re.search(r"over 3 seeds they spread by \d\.\d{3} and \d\.\d{3}", " ".join(done.stdout.split()))
    assert "<svg" in picture.read_text()


@pytest.mark.prove
def test_trees_without_one_thing_run_with_the_others(solved: Path, words: Path) -> None:
    without = [option for what in ("norm", "tanh", "sharing", "neighbours") for option in ("--without", what)]
    done = grade("race", "--answers", solved, "--data", words, "--seeds", 1, *without)
    assert done.returncode == 0, done.stderr
    losses = dict(re.findall(r"^(tree, [a-z0-9 ]+): loss ([\d.]+)", done.stdout, re.MULTILINE))
    assert set(losses) == {
        "tree, context 8",
        *(f"tree, no {what}" for what in ("norm", "tanh", "sharing", "neighbours")),
    }
    assert len(set(losses.values())) == 5


def test_the_curve_the_table_and_the_picture_end_alike() -> None:
    lane = arrival("tree", 0.6, least=0.6).lane
    points = [Point(lane, 0.5, 0.9), Point(lane, 1.0, 0.63), arrival("tree", 0.6, least=0.6)]
    curves, arrivals = plot.follow(Console(file=io.StringIO()), [lane], points)
    assert curves[lane] == [(0.5, 0.9), (1.0, 0.6)]
    drawn = plot.picture(curves, standings(arrivals), "svg").decode()
    assert "<!-- tree, context 8: 0.600 -->" in drawn


def test_the_colours_of_a_race_are_told_apart_by_the_colour_blind() -> None:
    """Okabe and Ito's set, and every name has a line of its own kind as well."""
    colours, lines = {colour for colour, _ in plot.COLOURS}, set(map(str, plot.LINES))
    assert len(colours) == len(lines) == len(plot.COLOURS)
    most = len({lane.name for lane in language_race(1000, 1, ["norm", "tanh", "sharing", "neighbours"])[1]})
    assert most <= len(plot.COLOURS)


def trained_apart(tree: float, flat: float, connected: float, spread: float = 0.001) -> str:
    """What is said of three models with three seeds each."""
    means = {"tree": tree, "flat": flat, "connected": connected}
    return verdict(
        [arrival(m, mean + (seed - 1) * spread, seed, least=0.5) for m, mean in means.items() for seed in range(3)]
    )


def test_which_part_of_the_gap_is_depth_follows_from_the_figures() -> None:
    assert (
        "depth alone closes 75 % of the gap, and the other 25 % is the rest of the tree: its wiring"
        in trained_apart(0.6, 0.8, 0.65)
    )
    assert "depth alone closes 10 % of the gap, and the other 90 %" in trained_apart(0.6, 0.8, 0.78)
    assert "the whole lead is due to the rest of the tree" in trained_apart(0.6, 0.8, 0.81)
    assert "the whole lead is due to depth" in trained_apart(0.6, 0.8, 0.6)
    assert "cannot be divided into depth and wiring" in trained_apart(0.6, 0.61, 0.6, spread=0.05)


@pytest.mark.prove
def test_the_same_race_ends_alike(solved: Path, words: Path) -> None:
    def ends() -> list[str]:
        done = grade("race", "--answers", solved, "--data", words, "--seeds", 1)
        return sorted(re.findall(r"^\w+, context 8: loss [\d.]+", done.stdout, re.MULTILINE))

    first = ends()
    assert len(first) == 3
    assert first == ends()


@pytest.mark.prove
def test_on_a_terminal_the_curves_are_drawn_live(copied: Path, words: Path) -> None:
    for number in NEEDED:
        shutil.copy(by_number(number).solution, copied / "exercises")
    session = at_terminal("race", "--data", words, "--seeds", 1, checkout_copy=copied)
    session.expect_exact("⠤⠤ tree, context 8   ⠤⠤ flat, context 8   ⠤⠤ connected, context 8")
    session.expect(r"(tree|flat|connected), context 8: loss \d")
    session.expect_exact("parameters")
    # where its line breaks depends on the figures
    session.expect(r"one\s+seed\s+says\s+nothing\s+about\s+the\s+spread")
    assert ended(session) == 0


@pytest.mark.prove
def test_an_exercise_that_is_not_written_or_not_there_is_named(copied: Path, solved: Path, words: Path) -> None:
    stubs = grade("race", "--data", words, checkout_copy=copied)
    assert stubs.returncode == 2
    assert re.fullmatch(
        r"grade: ex0[4-8]_\w+ is not written yet: grade ex0[4-8], or --answers solutions\n", stubs.stderr
    )
    (solved / by_number(6).file).unlink()
    gone = grade("race", "--answers", solved, "--data", words)
    assert gone.returncode != 0
    assert "ex06_batch_norm" in gone.stderr
    assert "Traceback" not in gone.stderr


@pytest.mark.prove
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("return no_such_name", "grade: the race stopped: your code raised NameError: name 'no_such_name'"),
        ("__import__('os')._exit(0)", "grade: the race stopped: the answers ended the process of the flat model"),
    ],
)
def test_a_model_that_fails_ends_the_race_with_its_reason(solved: Path, words: Path, code: str, said: str) -> None:
    path = solved / by_number(4).file
    path.write_text(re.sub(r"(def forward\(.*\n)", rf"\1        {code}\n", path.read_text()))
    done = grade("race", "--answers", solved, "--data", words)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_with_130_writes_nothing_and_leaves_no_process_behind(tmp_path: Path) -> None:
    picture = tmp_path / "race.png"
    process = in_a_session("race", "--answers", paths.checkout().solutions, "--out", picture)
    deadline = time.monotonic() + 60
    while not workers_of(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    workers = workers_of(process.pid)
    assert workers
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert not picture.exists()
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]


def workers_of(parent: int) -> list[str]:
    """The processes in which a race's models are trained."""
    found = subprocess.run(["ps", "-ewwo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    return [line.split()[0] for line in found.splitlines() if "race.worker" in line and line.split()[1] == str(parent)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--out", "race.jpeg"], "--out draws .png, .svg, .pdf, not 'race.jpeg'"),
        (["--out", "/no/race.png"], "there is no folder /no"),
        (["--letters", "999"], "999 letters are too few to train on: at least 1000 are needed"),
        (["--data", "no such file"], "no such file does not exist"),
        (["--answers", "no such folder"], "the folder no such folder does not exist"),
        (["--seeds", "0"], "0 is not in the range 1<=x<=20"),
    ],
)
def test_what_cannot_be_raced_is_refused_in_one_line(arguments: list[str], said: str) -> None:
    done = grade("race", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_winner_on_words_is_named_only_beyond_chance() -> None:
    spread = (-0.01, 0.0, 0.01)
    near = [arrival(m, mean + s, i) for m, mean in (("tree", 2.0), ("flat", 2.01)) for i, s in enumerate(spread)]
    assert verdict(near).startswith(
        "No clear winner at equal size: tree 2.000, flat 2.010; over 3 seeds they spread by"
    )
    assert "Their difference, 0.010, is within chance" in verdict(near)
    far = [arrival(m, mean + s, i) for m, mean in (("tree", 2.0), ("flat", 2.1)) for i, s in enumerate(spread)]
    assert verdict(far).startswith("The tree is ahead by 0.100, more than chance explains")
    other = [arrival(m, mean + s, i) for m, mean in (("tree", 2.1), ("flat", 2.0)) for i, s in enumerate(spread)]
    assert verdict(other).startswith("The flat model is ahead by 0.100")


def test_the_words_held_out_count_as_chance_too() -> None:
    """One seed, and a gap that a few words make alone."""
    tree, flat = arrival("tree", 2.0), arrival("flat", 2.0)
    words = tuple((2.0 + 4.0 * (word < 2), 6) for word in range(200))
    flat = Arrival(flat.lane, 20_000, 1.0, 2.04, None, words)
    assert verdict([tree, flat]).startswith("No clear winner")


def test_on_the_language_the_sentence_follows_the_figures_whoever_is_ahead() -> None:
    arrivals = [
        arrival("tree", 0.9, least=0.6),
        arrival("flat", 0.7, least=0.6),
        arrival("tree", 1.3, context=4, least=1.1),
        arrival("tree", 1.59, context=2, least=1.58),
    ]
    said = verdict(arrivals)
    assert "the flat model is ahead by 0.200" in said
    assert said.endswith("Trees reach the lowest possible loss, to within 0.02, at context 2.")
    assert verdict(arrivals[:2]).endswith("No tree reaches the lowest possible loss.")
    assert [(s.name, round(s.excess, 3)) for s in standings(arrivals)][:2] == [
        ("tree, context 8", 0.3),
        ("flat, context 8", 0.1),
    ]


def test_lanes_of_a_race_are_of_equal_size() -> None:
    without = ("norm", "tanh", "sharing", "neighbours")
    for lanes in (
        language_race(1000, 1, without)[1],
        names_race(["abcdefghijklmnopqrstuvwxyz"] * 50, 1, without)[1],
    ):
        sizes = {}
        for lane in (lane for lane in lanes if lane.context == 8):
            arguments = lane.vocabulary, lane.context, lane.embedding, lane.hidden
            if lane.model == "tree":
                model = control_models.tree(answers, *arguments, without=lane.without)
            else:
                model = (FlatMLP if lane.model == "flat" else control_models.connected)(*arguments)
            sizes[lane.name] = sum(parameter.numel() for parameter in model.parameters())
            assert model(torch.zeros(3, 8, dtype=torch.int64)).shape == (3, lane.vocabulary)
        assert len(sizes) == 7
        for size in sizes.values():
            assert size == pytest.approx(sizes["tree, context 8"], rel=0.02)


def test_ablated_trees_are_wired_as_they_say() -> None:
    distant = control_models.tree(answers, 5, 8, 2, 3, without="neighbours")
    assert distant.order.tolist() == [0, 4, 2, 6, 1, 5, 3, 7]
    unshared = control_models.tree(answers, 5, 8, 2, 3, without="sharing")
    assert [len(level) for level in unshared.levels] == [4, 2, 1]
