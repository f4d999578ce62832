"""`Tensor.unfold` along time; the window axis comes last, so it is moved before the channels."""

from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group = {group} is below 1")
        self.group = group

    def forward(self, x):
        if x.ndim != 3:
            raise ValueError(f"expected (B, T, C), got {tuple(x.shape)}")
        if x.size(1) % self.group:
            raise ValueError(f"T = {x.size(1)} is no multiple of {self.group}")
        windows = x.unfold(1, self.group, self.group).movedim(-1, 2)
        return windows.flatten(2).squeeze(1)
