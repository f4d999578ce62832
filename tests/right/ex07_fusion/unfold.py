"""Windows by `unfold`, the linear map as a matrix product; `setattr` of the parts, float and other dtypes alike."""

import torch
from torch import nn

from .ex05_flatten_consecutive import FlattenConsecutive
from .ex06_batch_norm import BatchNorm1d


class Fusion(nn.Module):
    def __init__(self, in_features, out_features, group=2, normalize=True):
        super().__init__()
        if group < 1:
            raise ValueError("group must be positive, not " + repr(group))
        self.k = group
        for name, part in [
            ("flatten", FlattenConsecutive(group)),
            ("linear", nn.Linear(group * in_features, out_features, bias=not normalize)),
            ("norm", BatchNorm1d(out_features) if normalize else None),
        ]:
            setattr(self, name, part)

    def forward(self, x):
        if x.dim() != 3 or x.size(1) % self.k != 0:
            raise ValueError(f"bad shape {list(x.shape)} for groups of {self.k}")
        windows = x.unfold(1, self.k, self.k).transpose(2, 3)  # (B, T/k, k, C)
        joined = windows.reshape(x.size(0), -1, self.k * x.size(2))
        y = joined @ self.linear.weight.t()
        y = self.norm(y) if self.norm else y + self.linear.bias
        y = torch.tanh(y)
        return y[:, 0, :] if y.size(1) == 1 else y
