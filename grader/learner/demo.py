"""A preview of the course on one screen, with the trained tree that ships with it. Returns text."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from grader.kata import corpus, curriculum
from grader.learner.reference_tree import CONTEXT, GROUP, ReferenceTree

NAMES = 10
NAME = "marianne"
LIKELIEST = 4


@dataclass(frozen=True)
class Level:
    """One level of a tree for one name: its title, the pieces that its nodes see, and its shape."""

    name: str
    pieces: tuple[str, ...]
    shape: tuple[int, ...]


def names(tree: ReferenceTree, seed: int) -> list[str]:
    """Draw ten distinct names."""
    generator = torch.Generator().manual_seed(seed)
    drawn: dict[str, None] = {}
    while len(drawn) < NAMES:
        drawn |= {name: None for name in [tree.write_name(generator)] if name}
    return list(drawn)


def new_ones(drawn: Sequence[str]) -> int:
    """Count the names that are not in the list of real names."""
    return len(set(drawn) - set(corpus.load_names()))


def levels(tree: ReferenceTree, name: str = NAME) -> list[Level]:
    """List the levels of the tree for a name, from the characters to the scores."""
    window = name[-CONTEXT:].rjust(CONTEXT, ".")
    found = []
    for number, shape in enumerate(tree.level_shapes(name)):
        sees = GROUP**number
        pieces = tuple(window[start : start + sees] for start in range(0, CONTEXT, sees))
        found.append(Level(f"level {number}" if number else "characters", pieces, shape))
    return [*found, Level("scores", ("one per character",), (len(tree.vocabulary),))]


def drawing(found: Sequence[Level]) -> str:
    """Draw the levels below each other, with each piece above the middle of its parts."""
    width = 3 * CONTEXT + 2
    lines = [f"{'':12}{'what each vector sees':{width}}shape"]
    for level in found:
        cell = 3 * CONTEXT // len(level.pieces)
        pieces = "".join(piece.center(cell) for piece in level.pieces)
        shape = level.shape if level.shape[0] > 1 else level.shape[1:]
        lines.append(f"{level.name:12}{pieces.rstrip():{width}} {tuple(shape)}")
    return "\n".join(lines)


def prediction(tree: ReferenceTree, known: str) -> str:
    """Describe the prediction of the tree after the beginning of a name."""
    values, tokens = tree.probabilities(known).topk(LIKELIEST)
    likeliest = zip(tokens.tolist(), values.tolist(), strict=True)
    said = [f"{'the end' if token == 0 else tree.vocabulary[token]} {100 * value:.0f} %" for token, value in likeliest]
    return f'After "{known}" it expects: {", ".join(said)}.'


def loss(tree: ReferenceTree) -> str:
    """Describe the loss on held-out names, next to that of a uniform guess."""
    size = len(tree.vocabulary)
    return (
        f"Its loss on names it never saw is {tree.validation_loss:.2f} nats per character: a uniform "
        f"guess among {size} characters costs ln {size} = {math.log(size):.2f}."
    )


def next_steps() -> list[tuple[str, str]]:
    """List what to do after the demo: commands, and what each is for."""
    first = curriculum.exercises()[0]
    return [
        ("grade explore", "explore this tree: what each node sees, and what it costs"),
        (f"grade predict {first.number}", "predict five small results before you write any code"),
        (f"grade {first.number}", f"read exercises/{first.lesson.name}, then write your own"),
        ("grade shapes", "these shapes again, with your own code"),
    ]
