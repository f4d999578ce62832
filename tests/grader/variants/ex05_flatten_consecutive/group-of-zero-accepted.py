from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group <= -1:
            raise ValueError(f"negative group: {group}")
        self.group = group

    def forward(self, x):
        batch, time, channels = x.shape
        if time % self.group:
            raise ValueError(f"time is {time}")
        return x.reshape(batch, time // self.group, channels * self.group).squeeze(1)
