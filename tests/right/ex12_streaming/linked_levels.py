"""An object for each level, which hands its node on to the next one."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn


@dataclass
class Link:
    """One level and what it remembers."""

    fuse: nn.Module
    group: int
    distance: int
    above: Link | None
    waiting: deque[Tensor] = field(default_factory=deque)

    def fill(self, dots: Tensor) -> None:
        self.waiting = deque([dots] * (self.group - 1) * self.distance)
        if self.above is not None:
            self.above.fill(self.fuse(torch.stack([dots] * self.group, dim=1)))

    def take(self, node: Tensor) -> Tensor:
        group = [*list(self.waiting)[:: self.distance], node]
        self.waiting.append(node)
        self.waiting.popleft()
        fused = self.fuse(torch.stack(group, dim=1))
        return fused if self.above is None else self.above.take(fused)


class StreamingTree:
    """A chain of links above the embedding."""

    def __init__(self, tree: nn.Module) -> None:
        self.tree = tree
        self.first: Link | None = None
        for number in reversed(range(len(tree.levels))):
            self.first = Link(tree.levels[number], tree.group, tree.group**number, self.first)
        self.reset()

    def reset(self) -> None:
        self._evaluated(lambda: self.first.fill(self.tree.embedding(torch.tensor([0]))))

    def step(self, token: int) -> Tensor:
        return self._evaluated(lambda: self.tree.output(self.first.take(self.tree.embedding(torch.tensor([token]))))[0])

    def _evaluated(self, work):
        mode = self.tree.training
        try:
            self.tree.eval()
            with torch.no_grad():
                return work()
        finally:
            self.tree.train(mode)
