from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        if group <= 1:
            raise ValueError(f"a group of {group} joins nothing")
        super().__init__()
        self.group = group

    def forward(self, x):
        batch, time, channels = x.shape
        if time % self.group:
            raise ValueError(f"time is {time}")
        out = x.flatten(1)
        return out if time == self.group else out.view(batch, -1, channels * self.group)
