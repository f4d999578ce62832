"""One tensor a level, shifted by one place at each step."""

import torch


class StreamingTree:
    def __init__(self, tree):
        self.tree = tree
        self.reset()

    def reset(self):
        self.measured(self.fill)

    def step(self, token):
        return self.measured(self.score, token)

    def fill(self):
        self.rows = []
        node = self.tree.embedding(torch.tensor([0]))
        for number, level in enumerate(self.tree.levels):
            self.rows.append(node.repeat((self.tree.group - 1) * self.tree.group**number + 1, 1))
            node = level(node.repeat(self.tree.group, 1).unsqueeze(0))

    def score(self, token):
        node = self.tree.embedding(torch.tensor([token]))
        for number, level in enumerate(self.tree.levels):
            row = self.rows[number].roll(-1, dims=0)
            row[-1] = node[0]
            self.rows[number] = row
            node = level(row[:: self.tree.group**number].unsqueeze(0))
        return self.tree.output(node).reshape(-1)

    def measured(self, work, *arguments):
        """What a method makes of its arguments, in evaluation."""
        training = self.tree.training
        self.tree.train(mode=False)
        try:
            with torch.set_grad_enabled(False):
                return work(*arguments)
        finally:
            self.tree.train(mode=training)
