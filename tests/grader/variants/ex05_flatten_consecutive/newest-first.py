import torch
import torch.nn as nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        self.n = group
        if self.n <= 0:
            raise ValueError("the group must be positive: " + str(group))

    def forward(self, x):
        B, T, C = x.shape
        if T % self.n:
            raise ValueError(f"T={T} not divisible by n={self.n}")
        pieces = [x[:, self.n - 1 - k :: self.n, :] for k in range(self.n)]
        x = torch.cat(pieces, dim=2)
        if x.shape[1] == 1:
            x = x.squeeze(1)
        return x
