from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group must be 1 or more, not {group}")
        self.group = group

    def forward(self, x):
        batch, time, channels = x.shape
        if time % self.group != 0:
            raise ValueError(f"time {time} does not fit group {self.group}")
        total = 0
        for k in range(self.group):
            total = total + x[:, k :: self.group]
        return total.squeeze(1)
