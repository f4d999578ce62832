"""The linear map as an einsum over neighbours and channels; `flatten` and `norm` are there, `flatten` is not used."""

import torch
from torch import nn

from .ex05_flatten_consecutive import FlattenConsecutive
from .ex06_batch_norm import BatchNorm1d


class Fusion(nn.Module):
    def __init__(self, in_features, out_features, group=2, normalize=True):
        super().__init__()
        self.in_features, self.out_features, self.group = in_features, out_features, group
        self.flatten = FlattenConsecutive(group)
        self.linear = nn.Linear(group * in_features, out_features, bias=not normalize)
        self.norm = BatchNorm1d(out_features) if normalize else None

    def forward(self, x):
        if x.ndim != 3:
            raise ValueError(f"three axes expected, got {x.ndim}")
        rest = x.shape[1] % self.group
        if rest:
            raise ValueError(f"{x.shape[1]} positions leave {rest} over in groups of {self.group}")
        blocks = x.unflatten(1, (-1, self.group))
        weight = self.linear.weight.view(self.out_features, self.group, self.in_features)
        sums = torch.einsum("btgc,ogc->bto", blocks, weight)
        if self.linear.bias is not None:
            sums = sums + self.linear.bias
        if sums.shape[1] == 1:
            sums = sums[:, 0]
        return torch.tanh(sums if self.norm is None else self.norm(sums))
