import torch
from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group: {group}")
        self.group = group

    def forward(self, x):
        B, T, C = x.shape
        if T % self.group:
            raise ValueError(f"T: {T}")
        pieces = x.split(self.group, dim=1)
        return torch.stack([piece.flatten(1) for piece in pieces], 1).squeeze()
