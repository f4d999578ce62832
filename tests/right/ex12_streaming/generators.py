"""A coroutine a level: it is sent a node and yields the fused one."""

from collections import deque

import torch


def fusing(level, group, distance, dots):
    """Yield the node over nothing but token 0 first, then a node for each that is sent."""
    waiting = deque([dots] * ((group - 1) * distance))
    made = level(torch.stack([dots] * group, dim=1))
    while True:
        waiting.append((yield made))
        chosen = [waiting[at] for at in range(0, len(waiting), distance)]
        waiting.popleft()
        made = level(torch.stack(chosen, dim=1))


class StreamingTree:
    def __init__(self, tree):
        self.tree = tree
        self.reset()

    def reset(self):
        self.levels = None
        with _Evaluation(self.tree):
            levels, dots = [], self.tree.embedding(torch.tensor([0]))
            for number, level in enumerate(self.tree.levels):
                levels.append(fusing(level, self.tree.group, self.tree.group**number, dots))
                dots = next(levels[-1])
            self.levels = levels

    def step(self, token):
        with _Evaluation(self.tree):
            node = self.tree.embedding(torch.tensor([token]))
            for level in self.levels:
                node = level.send(node)
            return self.tree.output(node)[0]


class _Evaluation:
    """Without gradients, in evaluation mode."""

    def __init__(self, module):
        self.module = module

    def __enter__(self):
        self.before = self.module.training
        self.module.eval()
        self.gradients = torch.is_grad_enabled()
        torch.set_grad_enabled(False)

    def __exit__(self, *error):
        torch.set_grad_enabled(self.gradients)
        self.module.train(self.before)
