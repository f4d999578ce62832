"""`view` on a contiguous copy, and the time axis indexed away."""

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
        out = x.contiguous().view(batch, -1, self.group * channels)
        if out.size(1) == 1:
            return out[:, 0, :]
        return out
