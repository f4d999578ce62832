"""Every group-th position from each start, concatenated along the channels."""

import torch
from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group = {group} is below 1")
        self.group = group

    def forward(self, x):
        _batch, time, _channels = x.shape
        if time % self.group != 0:
            raise ValueError(f"{time} positions cannot be split into groups of {self.group}")
        joined = torch.cat([x[:, start :: self.group] for start in range(self.group)], dim=-1)
        return joined.squeeze(1) if joined.shape[1] == 1 else joined
