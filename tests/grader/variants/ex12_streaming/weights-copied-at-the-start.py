from copy import deepcopy

import torch


class StreamingTree:
    def __init__(self, tree):
        self.tree = deepcopy(tree)
        self.reset()

    def reset(self):
        self.rows = []
        node = self.measured(self.tree.embedding, torch.tensor([0]))
        for number, level in enumerate(self.tree.levels):
            self.rows.append(node.repeat((self.tree.group - 1) * self.tree.group**number + 1, 1))
            node = self.measured(level, node.repeat(self.tree.group, 1).unsqueeze(0))

    def step(self, token):
        node = self.measured(self.tree.embedding, torch.tensor([token]))
        for number, level in enumerate(self.tree.levels):
            row = self.rows[number].roll(-1, dims=0)
            row[-1] = node[0]
            self.rows[number] = row
            node = self.measured(level, row[:: self.tree.group**number].unsqueeze(0))
        return self.measured(self.tree.output, node).reshape(-1)

    def measured(self, module, x):
        """What a part of the tree makes of x, in evaluation."""
        training = self.tree.training
        self.tree.train(mode=False)
        try:
            with torch.set_grad_enabled(False):
                return module(x)
        finally:
            self.tree.train(mode=training)
