"""`grade race`: the learner's flat model and trees, trained side by side, each in a process of its own.

This module chooses the models and runs the processes; `worker` trains a model, `verdict` writes the conclusion.
"""

import os
import queue
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from grader.base.errors import AnswersFailed, UsageError
from grader.kata import curriculum
from grader.learner.own_process.command import OwnProcess, failed

LEVELS = 3  # of the language; a tree of four levels does not learn T(4) in the time of a race
LEAST_LETTERS, LEAST_WORDS = 1_000, 50
EXAMPLES = 600_000
RUNNERS = max(1, min(4, os.cpu_count() or 1))


@dataclass(frozen=True)
class Lane:
    """A model in the race, its sizes and seed. Lanes that differ only in the seed have the same name.

    `model` is `tree` or `flat`, which are the learner's, or `connected`: as many layers as the tree, and each reads all
    of the layer below. `without` says what an ablated tree lacks: norm, tanh, sharing or neighbours.
    """

    name: str
    model: str
    vocabulary: int
    context: int
    embedding: int
    hidden: int
    seed: int
    without: str = ""


@dataclass(frozen=True)
class Course:
    """The training data and recipe of all lanes of a race: letters of the language, or words."""

    letters: int
    words: tuple[str, ...]
    batch: int
    epochs: int


@dataclass(frozen=True)
class Point:
    """The progress of a lane: the fraction of its training, and its loss on held-out data."""

    lane: Lane
    done: float
    loss: float


@dataclass(frozen=True)
class Arrival:
    """A finished lane: its loss in nats per letter on the whole test set, the lowest possible loss there, and each
    word's.

    `least` is None and `by_word` full where the course is words, and the other way round for the language.
    """

    lane: Lane
    parameters: int
    seconds: float
    loss: float
    least: float | None
    by_word: tuple[tuple[float, int], ...]


def language_race(letters: int, seeds: int, without: Iterable[str] = ()) -> tuple[Course, tuple[Lane, ...]]:
    """Trees of 1 to 3 levels; a flat and a fully connected model of the size of the deepest; ablations of it."""
    if letters < LEAST_LETTERS:
        raise UsageError(f"{letters} letters are too few to train on: at least {LEAST_LETTERS} are needed")
    vocabulary, embedding, hidden = 2**LEVELS, 24, 64
    lanes: list[Lane] = []
    for seed in range(seeds):
        deepest, *others = (
            Lane(f"tree, context {context}", "tree", vocabulary, context, embedding, hidden, seed)
            for context in (2**levels for levels in range(LEVELS, 0, -1))
        )
        lanes += [*_equal_in_size(deepest, without), *others]
    epochs = max(3, EXAMPLES // letters)  # fewer letters are read more often, so the race takes the same time
    return Course(letters, (), batch=512, epochs=epochs), tuple(lanes)


def names_race(words: Sequence[str], seeds: int, without: Iterable[str] = ()) -> tuple[Course, tuple[Lane, ...]]:
    """List the tree of the course and models of its size, each with several seeds."""
    if len(words) < LEAST_WORDS:
        raise UsageError(f"{len(words)} words are too few to train and validate on: at least {LEAST_WORDS} are needed")
    vocabulary = len(set("".join(words))) + 1
    trees = [Lane("tree, context 8", "tree", vocabulary, 8, 24, 128, seed) for seed in range(seeds)]
    lanes = [lane for tree in trees for lane in _equal_in_size(tree, without)]
    return Course(0, tuple(words), batch=256, epochs=8), tuple(lanes)


def _equal_in_size(tree: Lane, without: Iterable[str]) -> list[Lane]:
    """List a tree, the flat and the fully connected model of its size, and trees without one part each."""
    return [tree, flat_of_equal_size(tree), connected_of_equal_size(tree), *(ablated(tree, what) for what in without)]


def flat_of_equal_size(tree: Lane) -> Lane:
    """Size a flat model with as many parameters as a tree with normalisation, to half a hidden channel."""
    v, c, e = tree.vocabulary, tree.context, tree.embedding
    hidden = round((tree_size(tree) - v * e - v) / (c * e + 1 + v))
    return replace(tree, name=f"flat, context {c}", model="flat", hidden=hidden)


def connected_of_equal_size(tree: Lane) -> Lane:
    """Size a fully connected model with as many layers as the tree has levels, and as many parameters."""
    v, c, e, depth = tree.vocabulary, tree.context, tree.embedding, _depth(tree)

    def size(h: int) -> int:
        return v * e + (c * e + 1) * h + (depth - 1) * (h + 1) * h + (h + 1) * v

    hidden = min(range(1, tree.hidden * 2), key=lambda h: abs(size(h) - tree_size(tree)))
    return replace(tree, name=f"connected, context {c}", model="connected", hidden=hidden)


def ablated(tree: Lane, what: str) -> Lane:
    """Size the tree without one part; without shared weights, it has fewer hidden channels to be of equal size."""
    lane = replace(tree, name=f"tree, no {what}", without=what)
    if what != "sharing":
        return lane
    hidden = min(range(1, tree.hidden + 1), key=lambda h: abs(tree_size(replace(lane, hidden=h)) - tree_size(tree)))
    return replace(lane, hidden=hidden)


def tree_size(tree: Lane) -> int:
    """Count the parameters of a tree of group 2 with normalisation; without sharing, each node has its own fusion."""
    v, c, e, h = tree.vocabulary, tree.context, tree.embedding, tree.hidden
    nodes = [c >> level if tree.without == "sharing" else 1 for level in range(1, _depth(tree) + 1)]
    widths = [e, *[h] * (len(nodes) - 1)]
    fusions = sum(count * (2 * width * h + 2 * h) for count, width in zip(nodes, widths, strict=True))
    return v * e + fusions + h * v + v


def _depth(tree: Lane) -> int:
    return tree.context.bit_length() - 1


class Race:
    """One race: iterate over its events, and close it."""

    def __init__(self, folder: Path, course: Course, lanes: Sequence[Lane]) -> None:
        self._folder, self._course = folder, course
        self._waiting = list(lanes)
        self._running: list[tuple[Lane, OwnProcess]] = []

    def events(self) -> Iterator[Point | Arrival]:
        """Yield events until all lanes have finished; as many run at once as there are cores.

        Raises:
            UsageError: an exercise that a model needs is not written yet.
            AnswersFailed: the answers raised, or ended a process.
        """
        while self._waiting or self._running:
            while self._waiting and len(self._running) < RUNNERS:
                self._start(self._waiting.pop(0))
            for runner in list(self._running):
                lane, process = runner
                try:
                    record = process.records.get_nowait()
                except queue.Empty:
                    continue
                event = _event(lane, record)
                yield event
                if isinstance(event, Arrival):
                    self._running.remove(runner)
                    process.close()
            time.sleep(0.02)

    def close(self) -> None:
        """End all processes."""
        for _, process in self._running:
            process.close()

    def _start(self, lane: Lane) -> None:
        order = {"folder": str(self._folder.absolute()), "lane": asdict(lane), "course": asdict(self._course)}
        errors = subprocess.DEVNULL  # the answers' output would break the live plot
        self._running.append((lane, OwnProcess("race.worker", order, errors=errors)))


def _event(lane: Lane, record: dict[str, Any] | None) -> Point | Arrival:
    if record is None:
        raise AnswersFailed(f"the race stopped: the answers ended the process of the {lane.model} model")
    if "unwritten" in record:
        exercise = curriculum.find_one(record["unwritten"])
        raise UsageError(f"{exercise.name} is not written yet: grade {exercise.short}, or --answers solutions")
    if "failed" in record:
        raise failed(record, "the race stopped: ")
    if "parameters" in record:
        return Arrival(lane, **record | {"by_word": tuple((loss, count) for loss, count in record["by_word"])})
    return Point(lane, record["share"], record["loss"])
