from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group {group}")
        self.group = group

    def forward(self, x):
        B, T, C = x.shape
        if T % self.group:
            raise ValueError(f"T = {T}")
        self.out = x.reshape(B, T // self.group, C * self.group)
        if self.out.shape[1] == 1:
            self.out = self.out.squeeze(1)
