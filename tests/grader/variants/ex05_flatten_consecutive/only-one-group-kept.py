from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group {group} < 1")
        self.group = group

    def forward(self, x):
        batch, time, channels = x.shape
        if time % self.group:
            raise ValueError(f"time {time}, group {self.group}")
        return x[:, : self.group].reshape(batch, self.group * channels)
