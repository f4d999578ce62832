from torch import nn

from .ex05_flatten_consecutive import FlattenConsecutive
from .ex06_batch_norm import BatchNorm1d


class Fusion(nn.Module):
    def __init__(self, in_features, out_features, group=2, normalize=True):
        super().__init__()
        self.flatten = FlattenConsecutive(group)
        self.linear = nn.Linear(group * in_features, out_features, bias=not normalize)
        self.norm = BatchNorm1d(out_features) if normalize else None

    def _normed(self, y):
        if y.ndim == 2:
            return self.norm(y)
        # (B, T, C) -> (B, C, T) and back
        return self.norm(y.permute(0, 2, 1)).permute(0, 2, 1)

    def forward(self, x):
        y = self.linear(self.flatten(x))
        if self.norm is not None:
            y = self._normed(y)
        return y.tanh()
