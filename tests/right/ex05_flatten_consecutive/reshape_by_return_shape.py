"""The shape of the result is decided first, then one reshape."""

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
        wide = self.group * channels
        return x.reshape((batch, wide) if time == self.group else (batch, time // self.group, wide))
