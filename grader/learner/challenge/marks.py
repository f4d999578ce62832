"""The marks of `grade challenge`: the project's own models, trained on the same words for comparison.

They use the solutions, not the learner's code, and are scored by the same `fair_loss`.
"""

import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from grader.learner.challenge.board import Entry
from grader.learner.challenge.fair_loss import fair_loss
from grader.learner.challenge.scoring import PARAMETERS, Score, Task, references
from grader.learner.training.examples import of_parts
from grader.learner.training.recipes import CONTEXT, EMBEDDING, HIDDEN
from grader.learner.training.worker import prepared

TRAIN = {1, *range(3, 10)}  # the exercises whose solutions train
MARKS = ("bigram", "fast", "best", "flat", "published")  # fast ones first


def measure(name: str, given: Task) -> Score:
    """Train a mark and score it."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    started = time.process_time()
    model, parameters = bigram(given) if name == "bigram" else _trained(name, given)
    seconds = time.process_time() - started
    with torch.no_grad():
        return Score(fair_loss(model, given.test, given.vocabulary, CONTEXT), parameters, seconds)


def bigram(given: Task) -> tuple[Callable[[Tensor], Tensor], int]:
    """Count which character follows which, plus one: every model should beat this."""
    size = len(given.vocabulary)
    windows, targets = references({3}).ex03_windows.make_windows(given.training, given.vocabulary, 1)
    counts = torch.bincount(windows[:, 0] * size + targets, minlength=size**2).view(size, size)
    log_counts = (counts + 1.0).log()
    return lambda asked: log_counts[asked[:, -1]], size**2


def _trained(name: str, given: Task) -> tuple[nn.Module, int]:
    """Train a flat model of the tree's size with the published recipe, or the tree with a recipe of `grade train`."""
    answers = references(TRAIN)
    data = of_parts(answers.ex03_windows, given.vocabulary, given.training, given.validation, CONTEXT)
    size = len(given.vocabulary)
    if name == "flat":
        hidden = (PARAMETERS - size * EMBEDDING - size) // (CONTEXT * EMBEDDING + 1 + size)
        model: nn.Module = answers.ex04_flat_mlp.FlatMLP(size, CONTEXT, EMBEDDING, hidden)
    else:
        model = answers.ex08_tree.FusionTree(size, CONTEXT, EMBEDDING, HIDDEN)
    order = {"device": "cpu", "recipe": "published" if name == "flat" else name, "steps": None, "seed": 0}
    run = prepared(answers, order, data, model)
    while run.done < run.total:
        run.advance(1000)
    model.load_state_dict(run.tree())
    return model.eval(), sum(parameter.numel() for parameter in model.parameters())


def missing(entries: Sequence[Entry]) -> list[str]:
    """List the marks that are missing on a board."""
    measured = {entry.name for entry in entries if entry.mark}
    return [name for name in MARKS if name not in measured]
