import collections

import torch


class StreamingTree:
    def __init__(self, tree):
        self.tree = tree
        self.reset()

    def reset(self):
        self.tokens = collections.deque([0] * self.tree.context, maxlen=self.tree.context)

    def step(self, token):
        self.tokens.append(token)
        before = self.tree.training
        self.tree.eval()
        try:
            with torch.no_grad():
                return self.tree(torch.tensor([list(self.tokens)])).reshape(-1)
        finally:
            self.tree.train(before)
