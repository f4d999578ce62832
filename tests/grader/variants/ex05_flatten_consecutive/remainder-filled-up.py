import torch
from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"the group cannot be {group}")
        self.group = group

    def forward(self, x):
        B, T, C = x.shape
        while x.shape[1] % self.group != 0:
            x = torch.cat([x, torch.zeros(B, 1, C, dtype=x.dtype)], dim=1)
        x = x.reshape(B, -1, self.group * C)
        return x.squeeze(1)
