from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        self.group = group

    def forward(self, x):
        # all checks in one place
        if self.group < 1:
            raise ValueError(f"group is {self.group}")
        batch, time, channels = x.shape
        if time % self.group:
            raise ValueError(f"time is {time}")
        return x.reshape(batch, time // self.group, channels * self.group).squeeze(1)
