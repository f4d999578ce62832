"""For each level as many short memories as its distance: one for each remainder of the time."""

import torch

import contextlib


@contextlib.contextmanager
def _quiet(tree):
    was = tree.training
    tree.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        tree.train(was)


class StreamingTree(object):
    """For each level as many short memories as its distance, one for each remainder of the time."""

    def __init__(self, tree):
        object.__setattr__(self, "tree", tree)
        self.reset()

    def reset(self):
        self.time = 0
        self.memories = []
        with _quiet(self.tree):
            node = self.tree.embedding(torch.tensor([0]))
            for k, level in enumerate(self.tree.levels):
                self.memories.append([[node] * (self.tree.group - 1) for _ in range(self.tree.group**k)])
                node = level(torch.cat([node] * self.tree.group)[None])

    def step(self, token):
        with _quiet(self.tree):
            node = self.tree.embedding(torch.tensor([token]))
            for phases, level in zip(self.memories, self.tree.levels, strict=True):
                memory = phases[self.time % len(phases)]
                memory.append(node)
                node = level(torch.cat(memory)[None])
                del memory[0]
            self.time += 1
            return self.tree.output(node).reshape(-1)
