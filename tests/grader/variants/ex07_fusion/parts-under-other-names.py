import torch
from torch import nn

from .ex05_flatten_consecutive import FlattenConsecutive
from .ex06_batch_norm import BatchNorm1d


class Fusion(nn.Module):
    def __init__(self, in_features, out_features, group=2, normalize=True):
        super().__init__()
        self.flat = FlattenConsecutive(group)
        self.fc = nn.Linear(group * in_features, out_features, bias=not normalize)
        self.bn = BatchNorm1d(out_features) if normalize else None

    def forward(self, x):
        x = self.fc(self.flat(x))
        if self.bn is not None:
            x = self.bn(x)
        return torch.tanh(x)
