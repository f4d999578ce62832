import torch.nn as nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        assert isinstance(group, int)
        if group < 1:
            raise ValueError(f"n must be >= 1 for the group, got {group}")
        self.n = group

    def forward(self, x):
        B, T, C = x.shape
        if T % self.n != 0:
            raise ValueError(f"{T} % {self.n} != 0")
        x = x.contiguous().view(B, T // self.n, C * self.n)
        self.out = x
        return self.out
