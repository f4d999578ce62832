"""All nodes in a table by level and time; what lies before time 0 is the padding's node. Old ones are thrown away."""

import contextlib

import torch


@contextlib.contextmanager
def judging(tree):
    training = tree.training
    tree.eval()
    with contextlib.ExitStack() as stack:
        stack.callback(tree.train, training)
        stack.enter_context(torch.inference_mode())
        yield


class StreamingTree:
    def __init__(self, tree):
        self.tree = tree
        self.table = None

    def reset(self):
        self.table = None  # made when the first token comes

    def begin(self):
        self.time, self.table, self.dots = 0, {}, [self.tree.embedding(torch.tensor([0]))]
        for level in self.tree.levels:
            self.dots.append(level(torch.stack([self.dots[-1]] * self.tree.group, dim=1)))

    def node(self, height, time):
        return self.dots[height] if time < 0 else self.table[height, time]

    def step(self, token):
        with judging(self.tree):
            character = self.tree.embedding(torch.tensor([token]))
            if self.table is None:
                self.begin()
            self.table[0, self.time] = character
            for height, level in enumerate(self.tree.levels):
                distance = self.tree.group**height
                times = range(self.time - (self.tree.group - 1) * distance, self.time + 1, distance)
                group = torch.stack([self.node(height, time) for time in times], dim=1)
                self.table[height + 1, self.time] = level(group)
                self.table.pop((height, times[0]), None)
            logits = self.tree.output(self.table.pop((len(self.tree.levels), self.time)))
            self.time += 1
        return logits[0].clone()
