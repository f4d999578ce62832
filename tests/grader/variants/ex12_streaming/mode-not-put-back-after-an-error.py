import torch
from torch import Tensor


class StreamingTree:
    """A stream."""

    def __init__(self, tree) -> None:
        self._tree = tree
        self.reset()

    def _in_evaluation(self, work):
        training = self._tree.training
        self._tree.eval()
        with torch.no_grad():
            made = work()
        self._tree.train(training)
        return made

    def reset(self) -> None:
        self._time = 0
        self._rings = self._in_evaluation(self._filled)

    def _filled(self) -> list[Tensor]:
        rings, node = [], self._tree.embedding(torch.zeros(1, dtype=torch.int64))
        for number, level in enumerate(self._tree.levels):
            rings.append(node.repeat((self._tree.group - 1) * self._tree.group**number, 1))
            node = level(node.expand(self._tree.group, -1)[None])
        return rings

    def step(self, token: int) -> Tensor:
        return self._in_evaluation(lambda: self._logits(token))

    def _logits(self, token: int) -> Tensor:
        node = self._tree.embedding(torch.tensor(token))  # (C,)
        for number, (ring, level) in enumerate(zip(self._rings, self._tree.levels)):
            reach, distance = len(ring), self._tree.group**number
            places = (self._time + distance * torch.arange(self._tree.group - 1)) % reach  # the oldest first
            group = torch.cat([ring[places], node[None]])
            ring[self._time % reach] = node
            node = level(group[None])[0]
        self._time += 1
        return self._tree.output(node)
