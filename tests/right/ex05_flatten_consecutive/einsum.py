"""An einsum with a table that says which neighbour and channel goes to which place."""

import torch
from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group = {group} is below 1")
        self.group = group

    def forward(self, x):
        _batch, time, channels = x.shape
        if time % self.group != 0:
            raise ValueError(f"{time} positions cannot be split into groups of {self.group}")
        places = torch.eye(self.group * channels, dtype=x.dtype).view(self.group, channels, -1)
        out = torch.einsum("btgc,gco->bto", x.unflatten(1, (time // self.group, self.group)), places)
        return out.select(1, 0) if out.shape[1] == 1 else out
