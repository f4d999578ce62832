"""A recipe of stages as a run that can be interrupted: trees side by side, then one that they teach.

Every batch is determined by the seed and its number, so a continued run takes the same steps as an uninterrupted one.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from grader.learner.training.distinct_pieces import Pieces, in_pieces
from grader.learner.training.examples import Examples
from grader.learner.training.recipes import Stage, Staged
from grader.learner.training.tree_stack import State, TreeStack

AT_A_TIME = 1 << 14  # windows per call of the teachers: 100 MiB of vectors


@dataclass(frozen=True)
class Batch:
    """Some words in pieces, and the weight of each character after each distinct window in the loss, (M, V)."""

    pieces: Pieces
    weights: Tensor


class StagedRun:
    """Stages one after another; each but the first may learn from the mixture of the previous one.

    Args:
        recipe: the stages.
        new_tree: makes the state of a tree of the learner's, with weights of its own.
        examples: to learn from, on the device that trains.
        seed: of the batches.
    """

    def __init__(self, recipe: Staged, new_tree: Callable[[], State], examples: Examples, seed: int) -> None:
        self._stages, self._examples, self._seed = recipe.stages, examples, seed
        self._device = examples.windows.device
        self._started = [[new_tree() for _ in range(stage.trees)] for stage in recipe.stages]
        self._vocab_size = len(self._started[0][0]["output.bias"])
        self._steps = [stage.epochs * self._in_epoch(stage) for stage in recipe.stages]
        self.done, self.total = 0, sum(self._steps)
        self._taught_by: list[State] = []
        self._begin(0, self._started[0])

    def _in_epoch(self, stage: Stage) -> int:
        return math.ceil(len(self._examples.lengths) / stage.words)

    def _begin(self, number: int, trees: list[State]) -> None:
        """Set up a stage with these trees."""
        self._number, self._stage = number, self._stages[number]
        self._stack = TreeStack(trees).to(self._device).train()
        matrices = self._stack.matrices()
        others = [one for one in self._stack.parameters() if not any(one is matrix for matrix in matrices)]
        groups = [{"params": matrices, "weight_decay": self._stage.decay}, {"params": others, "weight_decay": 0.0}]
        self._optimizer = torch.optim.AdamW(groups, betas=self._stage.betas, fused=True)
        self._batches: dict[int, Batch] = {}
        self._mixture = self._mix() if self._stage.taught else None

    def _mix(self) -> tuple[Tensor, Tensor]:
        """Mix the predictions of the previous stage's trees: (D, V), and the row of each window."""
        windows, said, numbers, known = self._examples.windows, [], [], 0
        teachers = TreeStack(self._taught_by).to(self._device).eval()
        with torch.no_grad():
            for pieces in in_pieces(windows, self._vocab_size, [len(part) for part in windows.split(AT_A_TIME)]):
                said.append(teachers(pieces).softmax(-1).mean(0))
                numbers.append(pieces.tops + known)
                known += pieces.count
        return torch.cat(said), torch.cat(numbers)

    def advance(self, steps: int) -> float:
        """Take a number of steps, or the remaining ones of the stage; return their mean loss."""
        first = sum(self._steps[: self._number])
        if self.done == first + self._steps[self._number]:
            self._taught_by = list(self._stack.states())
            self._begin(self._number + 1, self._started[self._number + 1])
            first = self.done
        count = min(steps, first + self._steps[self._number] - self.done)
        losses = torch.stack([self._step(self.done - first + step) for step in range(count)])
        self.done += count
        return float(losses.mean())

    def _step(self, step: int) -> Tensor:
        batch, rate = self._batch(step), self._rate(step)
        log_likelihoods = F.log_softmax(self._stack(batch.pieces), dim=-1)
        # A sum over trees gives each tree its own gradient, independent of the others.
        loss = -(log_likelihoods * batch.weights).sum() / len(batch.pieces.tops)
        if not loss.isfinite():
            raise FloatingPointError(f"the loss of step {self.done} is {loss.item()}")
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()
        return loss.detach() / self._stage.trees

    def _rate(self, step: int) -> float:
        share = (step + 0.5) / self._steps[self._number]
        return self._stage.rate * min(share / self._stage.climb, (1 - share) / (1 - self._stage.climb))

    def _batch(self, step: int) -> Batch:
        """Return the batch of a step; the first request of an epoch makes all its batches."""
        if step not in self._batches:
            in_epoch = self._in_epoch(self._stage)
            epoch = step // in_epoch
            self._batches = dict(enumerate(self._epoch(epoch), start=epoch * in_epoch))
        return self._batches[step]

    def _epoch(self, epoch: int) -> list[Batch]:
        """Return all words, shuffled, in batches."""
        lengths, words = self._examples.lengths, self._stage.words
        generator = torch.Generator().manual_seed(Random(f"{self._seed} {self._number} {epoch}").getrandbits(63))
        order = torch.randperm(len(lengths), generator=generator).to(self._device)
        shuffled = lengths[order]
        ahead = (lengths.cumsum(0) - lengths)[order] - (shuffled.cumsum(0) - shuffled)
        rows = torch.repeat_interleave(ahead, shuffled) + torch.arange(int(shuffled.sum()), device=self._device)
        sizes = [int(part.sum()) for part in shuffled.split(words)]
        pieces = in_pieces(self._examples.windows[rows], self._vocab_size, sizes)
        return [Batch(p, self._weights(p, r)) for p, r in zip(pieces, rows.split(sizes), strict=True)]

    def _weights(self, pieces: Pieces, rows: Tensor) -> Tensor:
        """Return how often each character follows each distinct window or, if the stage is taught, what the teachers
        predict.
        """
        cells = pieces.tops * self._vocab_size + self._examples.targets[rows]
        seen = torch.bincount(cells, minlength=pieces.count * self._vocab_size).view(pieces.count, -1).float()
        if self._mixture is None:
            return seen
        mixture, numbers = self._mixture
        number = torch.empty(pieces.count, dtype=torch.int64, device=self._device)
        number[pieces.tops] = numbers[rows]
        return torch.lerp(seen, seen.sum(1, keepdim=True) * mixture[number], self._stage.taught)

    def tree(self) -> dict[str, Tensor]:
        """Return the current state of the first tree of the stage."""
        return self._stack.states()[0]

    def state(self) -> dict[str, Any]:
        """Return everything that later steps depend on."""
        return {
            "done": self.done,
            "number": self._number,
            "trees": self._stack.states(),
            "optimizer": self._optimizer.state_dict(),
            "taught_by": self._taught_by,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from such a state."""
        self.done, self._taught_by = state["done"], state["taught_by"]
        self._begin(state["number"], state["trees"])
        self._optimizer.load_state_dict(state["optimizer"])
