"""A Python loop over the groups, `F.linear` for each, stacked; tanh as a module, the parts by `add_module`."""

import torch
from torch import nn
from torch.nn import functional as F

from .ex05_flatten_consecutive import FlattenConsecutive
from .ex06_batch_norm import BatchNorm1d as Norm


class Fusion(nn.Module):
    flatten: FlattenConsecutive
    linear: nn.Linear
    norm: Norm | None

    def __init__(self, in_features, out_features, group=2, normalize=True):
        super().__init__()
        self.add_module("flatten", FlattenConsecutive(group))
        self.add_module("linear", nn.Linear(group * in_features, out_features, bias=not normalize))
        self.add_module("norm", Norm(out_features) if normalize else None)
        self.bend = nn.Tanh()
        self.group = group

    def forward(self, x):
        _, time, _ = x.shape
        if time % self.group:
            raise ValueError(f"{tuple(x.shape)}: the second size is no multiple of {self.group}")
        sums = []
        for start in range(0, time, self.group):
            row = torch.cat([x[:, start + k] for k in range(self.group)], dim=-1)
            sums.append(F.linear(row, self.linear.weight, self.linear.bias))
        y = sums[0] if len(sums) == 1 else torch.stack(sums, dim=1)
        if self.norm is not None:
            y = self.norm(y)
        return self.bend(y)
