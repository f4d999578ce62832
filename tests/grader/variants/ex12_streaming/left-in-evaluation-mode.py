import torch
from torch import nn


class StreamingTree(nn.Module):
    def __init__(self, tree):
        super().__init__()
        self.tree = tree
        self.reset()

    @torch.no_grad()
    def reset(self):
        training = self.tree.training
        self.tree.eval()
        try:
            self.past = []
            node = self.tree.embedding(torch.zeros(1, 1, dtype=torch.int64))  # (1, 1, C)
            for number, level in enumerate(self.tree.levels):
                self.past.append(node.repeat(1, (self.tree.group - 1) * self.tree.group**number, 1))
                node = level(node.repeat(1, self.tree.group, 1)).unsqueeze(1)
        finally:
            self.tree.train(False)

    @torch.no_grad()
    def forward(self, token):
        training = self.tree.training
        self.tree.eval()
        try:
            node = self.tree.embedding(torch.tensor([[token]]))
            for number, level in enumerate(self.tree.levels):
                row = torch.cat([self.past[number], node], dim=1)
                self.past[number] = row[:, 1:]
                node = level(row[:, :: self.tree.group**number]).unsqueeze(1)
            return self.tree.output(node).flatten()
        finally:
            self.tree.train(False)

    def step(self, token):
        return self(token)
