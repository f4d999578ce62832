"""Figures about the learner's own trained tree, computed in a process of its own.

This module defines the order, runs the process and reads its results; `worker` computes them.
"""

import queue
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from grader.base.errors import AnswersFailed
from grader.learner.own_process.command import ENDED, OwnProcess, failed

SILENCE_SECONDS = 120.0  # it never works longer than two seconds without a message


@dataclass(frozen=True)
class Order:
    """A model, and its training data; exercises in `standing_on` are solutions."""

    folder: str
    standing_on: tuple[str, ...]
    model: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Piece:
    """A text on a map, and whether it ends in a vowel."""

    text: str
    x: float
    y: float
    vowel: bool


@dataclass(frozen=True)
class Agreement:
    """A property that a piece and its nearest neighbour share: how often, and how often by chance."""

    what: str
    share: float
    chance: float


@dataclass(frozen=True)
class LevelMap:
    """The vectors of one level: the most common pieces in two dimensions, and what the nearest of `compared` pieces
    share.

    `explained` is the share of the variance that each dimension has.
    """

    level: int
    sees: int
    width: int
    compared: int
    pieces: tuple[Piece, ...]
    explained: tuple[float, float]
    neighbours: tuple[tuple[str, tuple[str, ...]], ...]
    agreements: tuple[Agreement, ...]


@dataclass(frozen=True)
class Seen:
    """One model on one window: the effect of replacing each character, and its prediction."""

    influence: tuple[float, ...]
    expects: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Example:
    """A window of the validation words in both models; `.` is before the beginning of the word."""

    window: str
    followed_by: str
    tree: Seen
    flat: Seen | None


@dataclass(frozen=True)
class ModelFigures:
    """A model's size, loss on the validation words, and the mean effect of each place of the window.

    `by_gradient` is None where the model cannot be asked so.
    """

    parameters: int
    validation_loss: float
    by_replacing: tuple[float, ...]
    by_gradient: tuple[float, ...] | None


@dataclass(frozen=True)
class Portrait:
    """Everything that is drawn.

    Attributes:
        vocabulary: the characters by token; the first is `.`.
        group: neighbours that a fusion joins.
        lengths: vectors at each level, from the embedding to the root.
        windows: how many the mean effects are over, and of how many characters each is at least.
        no_flat: why there is no flat model beside the tree, where there is none.
        flat_steps: the flat model's training.
        examples: the first one is of `word`.
        longer: for the word's last 1, 2, 4, ... characters, what the tree expects next.
        exported: shape and numbers of each matrix (`exported_tree`); None where they do not tell what the tree tells.
        exported_error: the farthest that a probability computed from them is from the tree's own.
    """

    vocabulary: tuple[str, ...]
    group: int
    lengths: tuple[int, ...]
    maps: tuple[LevelMap, ...]
    tree: ModelFigures
    flat: ModelFigures | None
    no_flat: str
    windows: int
    shortest: int
    flat_steps: int
    examples: tuple[Example, ...]
    word: str
    longer: tuple[tuple[str, tuple[tuple[str, float], ...]], ...]
    exported: tuple[tuple[tuple[int, ...], str], ...] | None
    exported_error: float


def paint(order: Order) -> Iterator[float | Portrait]:
    """Examine a trained tree; yield the progress, and last the portrait.

    Raises:
        AnswersFailed: the answers raised, ended the process or never came back.
    """
    errors = subprocess.DEVNULL  # the answers' output would break the progress bar
    with OwnProcess("portrait.worker", asdict(order), errors=errors) as process:
        while True:
            try:
                record = process.records.get(timeout=SILENCE_SECONDS)
            except queue.Empty:
                raise AnswersFailed(f"the answers did not respond within {SILENCE_SECONDS:.0f} s") from None
            if record is None:
                raise AnswersFailed(ENDED)
            if "failed" in record:
                raise failed(record)
            if "share" not in record:
                yield _portrait(_tuples(record))
                return
            yield record["share"]


def _portrait(record: dict[str, Any]) -> Portrait:
    parts = {
        "maps": tuple(map(_map, record["maps"])),
        "tree": ModelFigures(**record["tree"]),
        "flat": record["flat"] and ModelFigures(**record["flat"]),
        "examples": tuple(map(_example, record["examples"])),
    }
    return Portrait(**record | parts)


def _map(record: dict[str, Any]) -> LevelMap:
    pieces = tuple(Piece(**piece) for piece in record["pieces"])
    agreements = tuple(Agreement(**agreement) for agreement in record["agreements"])
    return LevelMap(**record | {"pieces": pieces, "agreements": agreements})


def _example(record: dict[str, Any]) -> Example:
    return Example(**record | {model: record[model] and Seen(**record[model]) for model in ("tree", "flat")})


def _tuples(value: Any) -> Any:
    """Convert JSON lists to tuples at every depth."""
    if isinstance(value, dict):
        return {key: _tuples(each) for key, each in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
