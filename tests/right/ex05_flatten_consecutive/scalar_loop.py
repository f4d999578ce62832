"""A loop over single values, stacked."""

import torch
from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group = {group} is below 1")
        self.group = group

    def forward(self, x):
        batch, time, channels = x.shape
        if time % self.group != 0:
            raise ValueError(f"{time} positions cannot be split into groups of {self.group}")
        groups = time // self.group
        values = []
        for b in range(batch):
            for t in range(groups):
                for place in range(self.group * channels):
                    values.append(x[b, t * self.group + place // channels, place % channels])
        shape = (batch, self.group * channels) if groups == 1 else (batch, groups, self.group * channels)
        return torch.stack(values).view(shape)
