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
        if x.dim() != 3 or x.shape[1] % self.group:
            raise ValueError(f"x has shape {tuple(x.shape)}")
        places = [x[:, k :: self.group] for k in range(self.group)]
        y = self.linear(torch.cat(places[::-1], dim=-1))
        if y.shape[1] == 1:
            y = y[:, 0]
        return torch.tanh(y if self.norm is None else self.norm(y))
