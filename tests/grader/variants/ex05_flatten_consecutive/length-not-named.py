from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group = {group}")
        self.group = group

    def forward(self, x):
        batch, time, channels = x.shape
        if time % self.group != 0:
            raise ValueError("the sequence length is not divisible by the group")
        y = x.reshape(batch, time // self.group, self.group * channels)
        return y if y.shape[1] != 1 else y[:, 0]
