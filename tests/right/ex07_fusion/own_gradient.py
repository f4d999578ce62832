"""tanh of the linear map as a `torch.autograd.Function` with a backward pass written by hand."""

import torch
from torch import Tensor, nn

from .ex05_flatten_consecutive import FlattenConsecutive
from .ex06_batch_norm import BatchNorm1d


class Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return x @ weight.T

    @staticmethod
    def backward(ctx, gradient: Tensor):
        x, weight = ctx.saved_tensors
        rows = gradient.reshape(-1, gradient.shape[-1])
        return gradient @ weight, rows.T @ x.reshape(-1, x.shape[-1])


class Bend(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        y = x.tanh()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:
        (y,) = ctx.saved_tensors
        return gradient * (1 - y * y)


class Fusion(nn.Module):
    def __init__(self, in_features: int, out_features: int, group: int = 2, normalize: bool = True) -> None:
        super().__init__()
        self.flatten = FlattenConsecutive(group)
        self.linear = nn.Linear(group * in_features, out_features, bias=not normalize)
        self.norm: BatchNorm1d | None = BatchNorm1d(out_features) if normalize else None

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = Product.apply(self.flatten(x), self.linear.weight)
        y = y + self.linear.bias if self.norm is None else self.norm(y)
        return Bend.apply(y)
