import torch
from torch import nn

from .ex05_flatten_consecutive import FlattenConsecutive
from .ex06_batch_norm import BatchNorm1d


class Fusion(nn.Module):
    def __init__(self, in_features, out_features, group=2, normalize=True):
        super().__init__()
        self.group = group
        self.flatten = FlattenConsecutive(group)
        self.linear = nn.Linear(group * in_features, out_features, bias=not normalize)
        self.norm = BatchNorm1d(out_features) if normalize else None

    def forward(self, x):
        B, T, C = x.shape
        if T % self.group:
            raise ValueError(f"T={T} cannot be cut into groups of {self.group}")
        outs = []
        for t in range(0, T, self.group):
            y = self.linear(x[:, t : t + self.group].reshape(B, -1))
            if self.norm is not None:
                y = self.norm(y)
            outs.append(torch.tanh(y))
        return outs[0] if len(outs) == 1 else torch.stack(outs, dim=1)
