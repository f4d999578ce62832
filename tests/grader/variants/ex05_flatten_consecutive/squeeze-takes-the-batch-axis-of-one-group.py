from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group {group}")
        self.group = group

    def forward(self, x):
        B, T, C = x.shape
        g = self.group
        if T % g != 0:
            raise ValueError(f"T = {T}")
        x = x.reshape(B, T // g, C * g)
        if x.shape[1] == 1:
            x = x.squeeze(0)
        return x
