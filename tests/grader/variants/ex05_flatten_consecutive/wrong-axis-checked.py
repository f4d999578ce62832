from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group has to be at least 1 and is {group}")
        self.group = group

    def forward(self, x):
        if x.dim() != 3:
            raise ValueError("x has to have three axes")
        if x.size(-1) % self.group != 0:
            raise ValueError(f"{x.size(-1)} cannot be divided by {self.group}")
        B, T, C = x.size()
        x = x.reshape(B, T // self.group, C * self.group)
        return x.squeeze(1)
