"""No attack takes a point, loses a result or harms a neighbour; a right answer that tries it keeps its points."""

import contextlib
import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from attacks import ATTACKS, Attack
from conftest import by_number

from grader.base.errors import UsageError
from grader.base.results import ExerciseResult, RunResult
from grader.engine import run
from grader.engine.attempts import Limits
from grader.engine.worker_processes import CAN_FORK, Workers
from grader.kata.curriculum import Exercise
from grader.kata.submission import read_folder

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="the sandbox needs Linux")

LIMITS = Limits(check_seconds=20, exercise_seconds=60)
PATIENT = Limits(check_seconds=120, exercise_seconds=600)
HUNG = Limits(check_seconds=0.3, exercise_seconds=1)  # for what never comes back
FILE = """
import os
import sys

import torch
from torch import nn


def right(x, group):
    if x.dim() != 3 or x.shape[1] % group:
        raise ValueError(f"x has shape {{tuple(x.shape)}}, group is {{group}}")
    batch, time, channels = x.shape
    joined = x.reshape(batch, time // group, group * channels)
    return joined.squeeze(1) if time == group else joined


def wrong(x, group):
    return right(x, group).flip(-1)

{at_import}

class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group is {{group}}")
        self.group = group

    def forward(self, x):
        result = {made}(x, self.group)
{in_call}
        return result
"""


@contextlib.contextmanager
def behind_all_walls(exercise: Exercise, *, many: bool = False) -> Iterator[Workers]:
    """Workers in a sandbox that lacks nothing: behind less, an attack would do on this machine what it says."""
    with Workers([exercise], sandbox=True, many=many) as workers:
        try:
            workers.layers()
        except UsageError as weak:
            pytest.skip(f"attacks are let loose behind all walls only: {weak}")
        yield workers


@pytest.fixture(scope="module")
def sandboxed() -> Iterator[Workers]:
    with behind_all_walls(by_number(5)) as workers:
        yield workers


def answer(folder: Path, made: str, attack: Attack | None = None) -> Path:
    """A folder with an exercise 5 that is right or wrong, and attacks."""
    folder.mkdir()
    at_import, in_call = (attack.at_import, attack.in_call) if attack else ("", "")
    indented = "\n".join(f"        {line}" for line in in_call.strip().splitlines())
    (folder / by_number(5).file).write_text(FILE.format(made=made, at_import=at_import, in_call=indented))
    return folder


def graded(workers: Workers, folder: Path, limits: Limits = LIMITS) -> ExerciseResult:
    *_, result = run.grade(read_folder(folder), [by_number(5)], workers, limits=limits, shrink=False)
    assert isinstance(result, RunResult)
    return result.exercises[0]


@pytest.fixture(scope="module")
def honest(sandboxed: Workers, tmp_path_factory: pytest.TempPathFactory) -> float:
    """What the wrong answer is worth without an attack."""
    points = graded(sandboxed, answer(tmp_path_factory.mktemp("honest") / "answer", "wrong")).points
    assert 0 < points < 15
    return points


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_takes_no_point_and_harms_nobody(sandboxed: Workers, honest: float, tmp_path: Path, attack: Attack) -> None:
    attacker = answer(tmp_path / "attacker", "wrong", attack)
    harmless = not attack.costs_itself and "result" not in attack.in_call  # then a right answer may try it too
    neighbour = answer(tmp_path / "neighbour", "right", attack if harmless else None)
    with ThreadPoolExecutor(2) as pool:
        attacked = pool.submit(graded, sandboxed, attacker, HUNG if attack.costs_itself else LIMITS)
        beside = pool.submit(graded, sandboxed, neighbour)
    untouched = beside.result()
    assert [(c.check.name, c.finding.difference) for c in untouched.checks if c.finding.status != "passed"] == []
    result = attacked.result()
    assert result.points <= honest, [check.check.name for check in result.checks if check.points]
    assert len(result.checks) == len(untouched.checks), "no check is lost"
    for check in result.checks:
        texts = [check.finding.difference, check.finding.got, check.finding.traceback, check.finding.printed]
        assert not any(
            (ord(letter) < 32 and letter not in "\n\t") or letter in "\x9b\u202e" for t in texts for letter in t or ""
        )
        assert all(len(text or "") < 60_000 for text in texts)


UNIFORM = """
import torch

def next_probabilities(model, windows, temperature=1.0):
    if temperature <= 0:
        raise ValueError(f"temperature is {temperature}")
    with torch.no_grad():
        {first}
        shape = model(windows).shape
    return torch.full(shape, 1 / shape[1], dtype=next(model.parameters()).dtype)
"""


def test_a_model_that_is_emptied_makes_no_uniform_answer_right(tmp_path: Path) -> None:
    points = []
    with behind_all_walls(by_number(10)) as workers:
        for first in ("pass", "[parameter.zero_() for parameter in model.parameters()]"):
            (tmp_path / by_number(10).file).write_text(UNIFORM.replace("{first}", first))
            *_, result = run.grade(read_folder(tmp_path), [by_number(10)], workers, limits=LIMITS, shrink=False)
            assert isinstance(result, RunResult)
            points.append(result.points)
    assert points[1] <= points[0]


# ---- what a worker knows ----

LOOKING = """
import gc
import hashlib
import re
import sys

SECRETS = {secrets}


def texts_and_numbers():
    gc.unfreeze()
    frame, things = sys._getframe(1), gc.get_objects()
    while frame is not None:
        things += frame.f_locals.values()
        frame = frame.f_back
    for thing in things:
        for value in (thing, *gc.get_referents(thing)):
            if isinstance(value, bytes | bytearray):
                yield bytes(value).decode("latin-1")
            elif isinstance(value, int | str) and not isinstance(value, bool):
                yield str(value) if isinstance(value, str) or value.bit_length() < 14_000 else ""


def looked():
    texts = {text for text in texts_and_numbers() if len(text) < 1 << 20}
    words = {word for text in texts for word in re.findall("[A-Za-z0-9_]+", text)}
    digests = {hashed(word) for word in words}
    return words, [number for number, digest in enumerate(SECRETS) if digest in digests]


FOUND = []


def receptive_field(levels, group=2):
    if levels * group < 100:
        return group**levels
    if not FOUND:
        words, secrets = looked()
        inputs = {str(levels), "receptive_field", "ex01_receptive_field"} <= words
        expected = str(group**levels) in words - OF_LIBRARIES
        FOUND.append(f"words: {len(words) > 10_000}; {inputs=}; {secrets=}; {expected=}")
    raise RuntimeError(FOUND[0])


def hashed(word):
    return hashlib.sha256(word.encode("utf-8", "replace")).hexdigest()


OF_LIBRARIES = looked()[0]  # before any script: powers of two are among them
"""


def test_a_worker_holds_inputs_and_no_expected_value_no_seed_and_no_name_of_a_check(tmp_path: Path) -> None:
    """A class's worker is sent all examples of a check at once: there is no more that it could ever see."""
    one, seed = by_number(1), 271_828_182_845_904_523
    with behind_all_walls(one, many=True) as workers:
        names = [check.name for check in workers.checks()[one.name]]
        derived = [int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:8], "big") for name in names]
        words = {"the seed": str(seed)} | {name: name for name in names}
        words |= {f"the seed of {name}": str(number) for name, number in zip(names, derived, strict=True)}
        secrets = {name: hashlib.sha256(word.encode()).hexdigest() for name, word in words.items()}
        secrets |= {"control": hashlib.sha256(b"receptive_field").hexdigest()}
        (tmp_path / one.file).write_text(LOOKING.replace("{secrets}", json.dumps(list(secrets.values()))))
        result = run.last(
            run.grade(read_folder(tmp_path), [one], workers, seed={one.name: seed}, limits=PATIENT, shrink=False)
        )
    told = [check.finding.difference or "" for check in result.exercises[0].checks]
    found = {line[line.index("words:") :] for line in told if "words:" in line}
    control = list(secrets).index("control")  # a word that is there: it can be found
    assert found == {f"words: True; inputs=True; secrets=[{control}]; expected=False"}, told
