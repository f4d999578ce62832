"""The recipes of `grade train` as numbers; `published_run` and `staged_run` run them.

Figures are for the makemore names (MEASURED by `tests/benchmarks/recipes.py`); README.md has the table.
"""

from dataclasses import dataclass

CONTEXT, EMBEDDING, HIDDEN = 8, 24, 128  # the sizes of the tree


@dataclass(frozen=True)
class Published:
    """Makemore part 5: plain SGD on windows drawn at random, by the learner's own loop and `step_decay`."""

    steps: int
    batch: int = 32


@dataclass(frozen=True)
class Stage:
    """AdamW on whole words: the learning rate rises to its peak and falls to 0 linearly.

    The decay acts on the matrices before a normalisation alone. Their size changes nothing that the tree says, so decay
    does not hold the function back: it keeps the steps large beside the weights. On the output, the embeddings and the
    normalisation's own weights the same decay costs 0.007 nats (measured).

    Attributes:
        trees: trained side by side, each from weights of its own, on the same batches.
        epochs: passes over the words.
        words: words a batch.
        rate: the peak.
        climb: share of the steps that lead to it.
        decay: of the matrices.
        taught: how much of a target is the mixture of the stage before; the rest is the character that followed.
    """

    trees: int
    epochs: int
    words: int
    rate: float = 1.2e-2
    climb: float = 0.25
    decay: float = 0.05
    betas: tuple[float, float] = (0.9, 0.98)
    taught: float = 0.0


@dataclass(frozen=True)
class Staged:
    """Several stages; the last one trains a single tree, which is the result."""

    stages: tuple[Stage, ...]


Recipe = Published | Staged

FIRST_LOOK = Published(steps=20_000)  # the default of `grade train`: a minute
RECIPES: dict[str, Recipe] = {
    "published": Published(steps=200_000),
    "fast": Staged((Stage(trees=1, epochs=8, words=96),)),
    # Four trees disagree on words that each has memorised; their mixture is far better than any of them
    # (1.928 against 1.968), and one tree of the same size can be taught most of it.
    "best": Staged(
        (
            Stage(trees=4, epochs=20, words=128, decay=0.3),
            Stage(trees=1, epochs=60, words=192, decay=0.1, taught=0.9),
        )
    ),
}
