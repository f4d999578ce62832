"""`grade demo` and `grade shapes`: the whole course first, then the same shapes by the learner's own code."""

import re
import shutil
from pathlib import Path

import pytest
import torch
from conftest import by_number, committed, grade

from grader.kata import corpus
from grader.learner import demo, reference_tree
from grader.learner.portrait import exported_tree
from solutions.ex03_windows import build_vocabulary, make_windows, split_words
from solutions.ex08_tree import FusionTree

TREE = reference_tree.load()


def test_the_demo_shows_ten_names_the_halving_shapes_a_prediction_a_loss_and_where_to_go() -> None:
    text = grade("demo", env={"COLUMNS": "80"}).stdout
    assert all(len(line) <= 80 for line in text.splitlines())
    assert len(text.splitlines()) <= 24
    names = re.findall(r"[a-z]+", " ".join(text.splitlines()[1:3]).partition(" New")[0])
    assert len(set(names)) == demo.NAMES
    for shape in ("(8, 24)", "(4, 128)", "(2, 128)", "(128,)", "(27,)"):
        assert shape in text
    assert re.search(r'After "mariann" it expects: \w \d+ %', text)
    assert "costs ln 27 = 3.30" in " ".join(text.split())
    assert "grade 1 " in text


def test_another_seed_gives_other_names_and_the_same_seed_the_same() -> None:
    assert demo.names(TREE, 0) == demo.names(TREE, 0) != demo.names(TREE, 1)


def test_the_tree_that_ships_is_as_good_as_it_says_on_names_that_it_never_saw() -> None:
    words = corpus.load_names()
    held_out = split_words(words, 42)[1]
    inputs, targets = make_windows(held_out, build_vocabulary(words), reference_tree.CONTEXT)
    loss = torch.nn.functional.cross_entropy(exported_tree.logits(TREE.matrices, inputs), targets).item()
    assert loss == pytest.approx(TREE.validation_loss, abs=0.002)
    by_word = sum(TREE.loss(word) * (len(word) + 1) for word in held_out[:20])
    count = sum(len(word) + 1 for word in held_out[:20])
    first = torch.nn.functional.cross_entropy(
        exported_tree.logits(TREE.matrices, inputs[:count]), targets[:count]
    ).item()
    assert by_word / count == pytest.approx(first, abs=1e-4)


def test_its_levels_have_the_shapes_of_exercise_8() -> None:
    outputs = FusionTree(27, 8, 24, 128).eval().level_outputs(TREE.window("marianne"))
    expected = [tuple(level.reshape(level.shape[0], -1, level.shape[-1]).shape[1:]) for level in outputs]
    assert TREE.level_shapes("marianne") == expected


@pytest.mark.parametrize("damage", [b"", b"no archive", None])
def test_a_damaged_tree_is_told_in_one_line(copied: Path, damage: bytes | None) -> None:
    path = copied / "data" / "demo_tree.npz"
    path.write_bytes(path.read_bytes()[:9000] if damage is None else damage)
    done = grade("demo", checkout_copy=copied)
    assert done.returncode == 2
    assert done.stderr == (
        "grade: data/demo_tree.npz cannot be read; restore it with `git checkout data/demo_tree.npz`\n"
    )


@pytest.mark.prove
def test_both_work_in_a_handout_of_a_few_exercises(copied: Path, tmp_path: Path) -> None:
    handout = tmp_path / "handout"
    made = grade("handout", handout, "--exercises", "5", checkout_copy=committed(copied))
    assert made.returncode == 0, made.stderr
    done = grade("demo", checkout_copy=handout)
    assert done.returncode == 0, done.stderr
    assert "grade 5 " in done.stdout
    shapes = grade("shapes", checkout_copy=handout)
    assert shapes.returncode == 0, shapes.stderr
    assert shapes.stdout.splitlines()[1] == "  not written yet: ex05_flatten_consecutive.py"


@pytest.mark.prove
def test_shapes_of_stubs_say_what_is_not_written(copied: Path) -> None:
    done = grade("shapes", checkout_copy=copied)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("  not written yet: ") == 5
    shutil.copy(by_number(5).solution, copied / "exercises")
    text = grade("shapes", checkout_copy=copied).stdout
    assert text.count("  not written yet: ") == 4
    assert "(1, 8, 24) → (1, 4, 48)" in text


def test_shapes_of_the_tree_halve_and_say_what_each_vector_sees(solved: Path) -> None:
    text = grade("shapes", "ada", "--answers", solved).stdout
    for line in (
        r"FusionTree, embedding +\(1, 8\) → \(1, 8, 24\) +\. \. \. \. \. a d a",
        r"FusionTree, level 1 +\(1, 8, 24\) → \(1, 4, 128\) +\.\. \.\. \.a da",
        r"FusionTree, level 3 +\(1, 2, 128\) → \(1, 128\) +\.\.\.\.\.ada",
        r"make_windows, inputs +\(3,\) → \(4, 8\)",
    ):
        assert re.search(line, text), text


@pytest.mark.sampled("return no_such")
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("return no_such_name", "  ✗ your code raised NameError: name 'no_such_name'"),
        ("__import__('os')._exit(0)", "  ✗ ended the process"),
        ("return x", "(1, 8, 24) → (1, 8, 24)"),
    ],
)
def test_what_fails_is_told_in_one_line_and_the_rest_goes_on(solved: Path, code: str, said: str) -> None:
    path = solved / by_number(5).file
    path.write_text(re.sub(r"(def forward\(.*\n)", rf"\1        {code}\n", path.read_text()))
    done = grade("shapes", "--answers", solved)
    assert said in done.stdout
    assert done.returncode == (0 if code == "return x" and "✗" not in done.stdout else 1)
    assert "FlatMLP, all at once" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["x1", "", "José"])
def test_a_name_that_cannot_be_read_is_told_in_one_line(name: str) -> None:
    done = grade("shapes", name)
    assert done.returncode == 2
    assert "grade shapes needs a name with the letters a to z" in done.stderr or "an empty name" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_shapes_of_an_assignment_without_shapes_are_refused_in_one_line(copied: Path, tmp_path: Path) -> None:
    handout = tmp_path / "handout"
    grade("handout", handout, "--exercises", "1,2", checkout_copy=committed(copied))
    done = grade("shapes", checkout_copy=handout)
    assert done.returncode == 2
    assert "this assignment includes none of them" in done.stderr
