"""A node asks for the nodes below it, and those that were made are looked up."""

import torch


class StreamingTree:
    """Each stream has a memory of its own, by level: times modulo what the level above still asks for."""

    def __init__(self, tree):
        self.tree = tree
        self.reset()

    def reset(self):
        self.made = [{} for _ in range(len(self.tree.levels) + 1)]
        self.tokens = []

    def node(self, height, time):
        time = max(time, -1)  # all nodes before the first token are one
        made = self.made[height]
        if time not in made:
            if height == 0:
                made[time] = self.tree.embedding(torch.tensor([self.tokens[time] if time >= 0 else 0]))
            else:
                distance = self.tree.group ** (height - 1)
                group = [self.node(height - 1, time - k * distance) for k in reversed(range(self.tree.group))]
                made[time] = self.tree.levels[height - 1](torch.stack(group, dim=1))
        return made[time]

    @torch.no_grad()
    def step(self, token):
        mode, self.tokens = self.tree.training, [*self.tokens, token]
        self.tree.eval()
        try:
            return self.tree.output(self.node(len(self.tree.levels), len(self.tokens) - 1))[0]
        finally:
            self.tree.train(mode)
