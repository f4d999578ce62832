import torch
from torch import nn

from .ex05_flatten_consecutive import FlattenConsecutive
from .ex06_batch_norm import BatchNorm1d


class Fusion(nn.Module):
    def __init__(self, in_features, out_features, group=2, normalize=True):
        super().__init__()
        self.flatten = FlattenConsecutive(group)
        if normalize:
            self.linear = nn.Linear(group * in_features, out_features, bias=False)
            self.norm = BatchNorm1d(num_features=in_features)
        else:
            self.linear = nn.Linear(group * in_features, out_features)
            self.norm = None

    def forward(self, x):
        x = self.linear(self.flatten(x))
        return torch.tanh(self.norm(x) if self.norm else x)
