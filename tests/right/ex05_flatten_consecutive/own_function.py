"""An autograd function of its own, in NumPy: the backward pass is the same change of brackets, the other way."""

import numpy as np
import torch
from torch import nn


class _Brackets(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, shape):
        ctx.shape = x.shape
        return torch.from_numpy(np.ascontiguousarray(x.detach().numpy()).reshape(shape).copy())

    @staticmethod
    def backward(ctx, gradient):
        return torch.from_numpy(gradient.numpy().reshape(ctx.shape).copy()), None


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group of {group}")
        self.group = group

    def forward(self, x):
        if len(x.shape) != 3:
            raise ValueError(f"{len(x.shape)} axes")
        batch, time, channels = x.shape
        groups, rest = divmod(time, self.group)
        if rest:
            raise ValueError(f"{time} = {groups} * {self.group} + {rest}")
        wide = self.group * channels
        return _Brackets.apply(x, (batch, wide) if groups == 1 else (batch, groups, wide))
