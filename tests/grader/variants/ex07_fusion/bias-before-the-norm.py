from torch import nn

from .ex05_flatten_consecutive import FlattenConsecutive
from .ex06_batch_norm import BatchNorm1d


class Fusion(nn.Module):
    def __init__(self, in_features, out_features, group=2, normalize=True):
        super().__init__()
        self.normalize = normalize
        self.flatten = FlattenConsecutive(group)
        self.linear = nn.Linear(in_features=group * in_features, out_features=out_features)
        self.norm = BatchNorm1d(out_features) if normalize else None
        self.tanh = nn.Tanh()

    def forward(self, x):
        x = self.flatten(x)
        x = self.linear(x)
        if self.normalize:
            x = self.norm(x)
        x = self.tanh(x)
        return x
