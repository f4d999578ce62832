from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group {group}?")
        self.group = group

    def forward(self, x):
        if x.ndim != 3:
            raise ValueError(f"{x.ndim} axes instead of 3")
        if x.shape[1] % self.group:
            raise ValueError(f"{x.shape[1]} places for groups of {self.group}")
        out = x.unflatten(1, (-1, self.group))
        return out if out.shape[1] > 1 else out.squeeze(1)
