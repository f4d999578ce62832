import torch
from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group too small: {group}")
        self.group = group

    def forward(self, x):
        if x.dim() != 3:
            raise ValueError("x is not 3-D")
        if x.shape[1] % self.group != 0:
            raise ValueError(f"x has {x.shape[1]} places, group is {self.group}")
        even, odd = x[:, ::2], x[:, 1::2]
        both = torch.cat([even, odd], dim=-1)
        return both.squeeze(1)
