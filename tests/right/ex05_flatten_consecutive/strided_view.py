"""`as_strided` over the tensor's own strides, whatever they are."""

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
        over_batch, over_time, over_channels = x.stride()
        blocks = x.as_strided(
            (batch, groups, self.group, channels), (over_batch, over_time * self.group, over_time, over_channels)
        )
        return blocks.reshape(batch, groups, -1) if groups > 1 else blocks.reshape(batch, -1)
