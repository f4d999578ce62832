import torch
import torch.nn.functional as F
from torch import nn

from .ex05_flatten_consecutive import FlattenConsecutive
from .ex06_batch_norm import BatchNorm1d


class Fusion(nn.Module):
    """A convolution, as the lesson says; the rows of the linear map are simply reshaped into its kernel."""

    def __init__(self, in_features, out_features, group=2, normalize=True):
        super().__init__()
        self.group = group
        self.flatten = FlattenConsecutive(group)
        self.linear = nn.Linear(group * in_features, out_features, bias=not normalize)
        self.norm = BatchNorm1d(out_features) if normalize else None

    def forward(self, x):
        B, T, C = x.shape
        if T % self.group != 0:
            raise ValueError(f"length {T} does not fit groups of {self.group}")
        kernel = self.linear.weight.reshape(-1, C, self.group)
        y = F.conv1d(x.transpose(1, 2), kernel, self.linear.bias, stride=self.group).transpose(1, 2)
        if y.shape[1] == 1:
            y = y.squeeze(1)
        if self.norm is not None:
            y = self.norm(y)
        return torch.tanh(y)
