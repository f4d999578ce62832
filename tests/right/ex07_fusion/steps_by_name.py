"""The steps in an ordered dictionary, set as attributes and run by their names."""

from collections import OrderedDict

from torch import nn

from .ex05_flatten_consecutive import FlattenConsecutive
from .ex06_batch_norm import BatchNorm1d


class Fusion(nn.Module):
    def __init__(self, in_features, out_features, group=2, normalize=True):
        super().__init__()
        steps = OrderedDict(
            flatten=FlattenConsecutive(group),
            linear=nn.Linear(group * in_features, out_features, bias=not normalize),
        )
        if normalize:
            steps["norm"] = BatchNorm1d(out_features)
        steps["bend"] = nn.Tanh()
        for name, step in steps.items():
            setattr(self, name, step)
        if not normalize:
            self.norm = None
        self.steps = list(steps)

    def forward(self, x):
        for name in self.steps:
            x = getattr(self, name)(x)
        return x
