"""What a person reads: the rule, the smallest call, expected beside got, the learner's line, the next step, no more."""

import os
import pty
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import torch
from conftest import by_number, grade, spoil

from grader.base import paths

ORDERED = "x.reshape(batch, time // self.group, self.group * channels)"
INTERLEAVED = "x.transpose(1, 2).reshape(batch, time // self.group, self.group * channels)"
NOT_FOR_LEARNERS = (
    "pytest",
    "hypothesis",
    "Falsifying",
    "Traceback",
    "site-packages",
    "grader/",
    "tests/checks",
    "conftest",
)


def test_a_wrong_value_is_shown_on_the_smallest_input_with_the_difference_marked(solved: Path) -> None:
    spoil(solved, 5, ORDERED, INTERLEAVED)
    text = grade("5", "--answers", solved).stdout
    lines = [line.strip() for line in text.splitlines()]
    assert lines[0].startswith("ex05  Lay neighbours side by side  ✗ failed")
    assert any(line.startswith("✗ Each output position holds the channels of its `group` neighbours") for line in lines)
    assert "layer = FlattenConsecutive(2)" in lines
    assert "layer(torch.arange(1., 5.).reshape(1, 2, 2))" in lines
    assert any("»2«" in line and "»3«" in line for line in lines), "side by side, both marked"
    assert any(line.startswith("first at [0, 1]: 2.0 expected, 3.0 got") for line in lines)
    assert f"Next: {solved}/{by_number(5).file}" in lines
    assert any("a hint: grade hint ex05" in line for line in lines)


def test_the_example_can_be_pasted(solved: Path) -> None:
    spoil(solved, 5, ORDERED, INTERLEAVED)
    text = grade("5", "--answers", solved).stdout
    example = textwrap.dedent(text.partition("shows it:\n")[2].partition("    Expected:")[0])
    names: dict[str, object] = {"torch": torch}
    exec((solved / by_number(5).file).read_text(), names)
    *before, last = example.strip().splitlines()
    exec("\n".join(before), names)
    got = eval(last, names)
    assert got.tolist() == [[1.0, 3.0, 2.0, 4.0]]


def test_an_error_shows_the_learners_own_line_and_what_was_printed(solved: Path) -> None:
    path = spoil(
        solved, 7, "fused = self.linear(self.flatten(x))", "print('x is', x.shape)\n        fused = self.linear(x)"
    )
    text = grade("7", "--answers", solved, "--verbose").stdout
    line = path.read_text().splitlines().index("        fused = self.linear(x)") + 1
    assert "your code raised RuntimeError: mat1 and mat2 shapes cannot be multiplied" in text
    assert re.search(rf"{path.name}, line {line}, in forward\n\s+fused = self.linear\(x\)\n", text)
    assert re.search(r"It printed \(only the end is shown\):\n\s+x is torch.Size", text)


def test_below_the_learners_line_stand_the_values_of_its_names_and_of_tensors_the_shapes(solved: Path) -> None:
    path = spoil(solved, 5, ORDERED, "x.view(batch, time // self.group, self.group * channels)")
    text = grade("5", "--answers", solved).stdout
    own = " ".join(text.partition(f"{path.name}, line ")[2].partition("\n\n")[0].split())
    assert "where x is a tensor (1, 2, 2), float32, not contiguous" in own
    assert "; batch is 1; time is 2;" in own
    assert "self.group is 2;" in own
    assert "forward is" not in own


@pytest.mark.prove
def test_an_answer_that_does_not_end_is_told_with_the_call_and_the_line_that_it_was_at(solved: Path) -> None:
    path = spoil(solved, 1, "levels, field = levels + 1, field * group", "levels, field = levels + 1, field")
    text = grade("1", "--answers", solved, "--check-seconds", "0.3").stdout
    shown = text.partition("The call that did not finish:")[2]
    assert re.match(r"\n\s+levels_needed\(\d+", shown), shown
    assert "the check timed out after 0.3 CPU seconds (the limit per check, --check-seconds)" in shown
    assert re.search(rf"{path.name}, line \d+, in levels_needed\n", shown)
    assert "field is 1" in shown


def test_right_values_in_a_wrong_order_show_that_order(solved: Path) -> None:
    spoil(solved, 5, ORDERED, INTERLEAVED)
    text = " ".join(grade("5", "--answers", solved).stdout.split())
    assert "2.0 expected, 3.0 got; the values are right, their order is [0, 2, 1, 3]" in text


@pytest.mark.prove
def test_nothing_of_the_machinery_shows(solved: Path) -> None:
    for number, old, new in (
        (1, "return group**levels", "return group**float(levels)"),
        (3, "characters = sorted(", "characters = sorted(undefined_name, "),
        (5, ORDERED, INTERLEAVED),
        (6, "correction=0", "correction=1"),
        (8, "outputs.append(level(outputs[-1]))", "outputs.append(level(outputs[0]))"),
        (9, "parameter.grad = None", "pass"),
    ):
        spoil(solved, number, old, new)
    text = grade("--answers", solved, "--verbose").stdout.replace(str(solved), "answers")
    assert text.count("✗") > 20
    for word in NOT_FOR_LEARNERS:
        assert word not in text, word


def test_sentences_keep_to_the_width_of_the_terminal(solved: Path) -> None:
    spoil(solved, 6, "correction=0", "correction=1")
    text = grade("6", "--answers", solved, env={"COLUMNS": "60"}).stdout
    rules = [line for line in text.splitlines() if line.startswith(("  ✗", "    ")) and "(" not in line]
    rules = [line for line in rules if "--answers" not in line]  # a command to be pasted is never wrapped
    assert rules
    assert max(map(len, rules)) <= 60


def test_checks_that_wait_for_code_are_one_line(copied: Path) -> None:
    path = copied / "exercises" / by_number(1).file
    solution = by_number(1).solution.read_text()
    path.write_text(
        solution.replace("return context * embedding_dim * hidden_dim", 'raise NotImplementedError("later")')
    )
    text = grade("1", checkout_copy=copied).stdout
    assert "· 2 more: not written yet" in text
    assert "· begun" in text
    assert "failed" not in text


def seen_on_a_terminal(*arguments: object) -> str:
    """What a terminal receives, escape sequences and all."""
    parent, child = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    environment |= {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
    process = subprocess.Popen(command, stdout=child, stderr=child, cwd=paths.checkout().root, env=environment)
    os.close(child)
    received = b""
    while True:
        try:
            data = os.read(parent, 65536)
        except OSError:  # the other end is closed
            break
        if not data:
            break
        received += data
    process.wait()
    os.close(parent)
    return received.decode()


@pytest.mark.prove
def test_a_terminal_gets_colours_and_progress_and_a_pipe_neither(solved: Path) -> None:
    terminal = seen_on_a_terminal("1", "5", "--answers", solved)
    assert "\x1b[32m" in terminal, "green"
    assert "━" in terminal, "a progress bar"
    assert re.search(r"\d+/31", terminal), "checks done of all"
    pipe = grade("1", "--answers", solved, env={"NO_COLOR": ""}).stdout
    assert "\x1b" not in pipe
    assert "━" not in pipe
