import torch
from torch import nn

from exercises.ex05_flatten_consecutive import FlattenConsecutive
from exercises.ex06_batch_norm import BatchNorm1d


class Fusion(nn.Module):
    def __init__(self, in_features, out_features, group=2, normalize=True):
        super().__init__()
        self.flatten = FlattenConsecutive(group)
        self.linear = nn.Linear(2 * in_features, out_features, bias=not normalize)
        self.norm = BatchNorm1d(out_features) if normalize else None

    def forward(self, x):
        x = self.linear(self.flatten(x))
        if self.norm is not None:
            x = self.norm(x)
        return torch.tanh(x)
