import torch
from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group is {group}")
        self.group = group

    def forward(self, x):
        assert x.ndim == 3
        B, T, C = x.shape
        assert T % self.group == 0, f"T={T} has to be a multiple of {self.group}"
        x = torch.cat([x[:, k :: self.group] for k in range(self.group)], dim=2)
        if T == self.group:
            x = x[:, 0]
        return x
