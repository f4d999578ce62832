import torch
from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group must be positive: {group}")
        self.group = group

    def forward(self, x):
        if len(x.shape) != 3 or x.shape[1] % self.group != 0:
            raise ValueError(f"cannot cut {tuple(x.shape)} into groups of {self.group}")
        groups = x.flatten(0, 1).split(self.group)
        return torch.stack([neighbours.flatten() for neighbours in groups])
