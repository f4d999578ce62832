import torch
from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group={group} is too small")
        self.group = group

    def forward(self, x):
        if x.ndim != 3:
            raise ValueError("I need (B, T, C)")
        if x.size(1) % self.group != 0:
            raise ValueError(f"cannot group {x.size(1)} steps by {self.group}")
        # stack the neighbours as the last axis and flatten
        members = [x[:, k :: self.group] for k in range(self.group)]
        out = torch.stack(members, dim=-1).flatten(2)
        return out.squeeze(1) if out.size(1) == 1 else out
