"""Welford's loop: mean and sum of squares grow row by row; the statistics live in a small dataclass."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass
class Spread:
    count: int
    mean: Tensor
    squares: Tensor

    @classmethod
    def of(cls, rows):
        spread = cls(0, torch.zeros_like(rows[0]), torch.zeros_like(rows[0]))
        for row in rows:
            spread = spread.with_one_more(row)
        return spread

    def with_one_more(self, row):
        count = self.count + 1
        step = row - self.mean
        mean = self.mean + step / count
        return Spread(count, mean, self.squares + step * (row - mean))


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = (nn.Parameter(torch.full((num_features,), start)) for start in (1.0, 0.0))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        if x.size(-1) != self.weight.size(0):
            raise ValueError(f"x.size(-1) is {x.size(-1)}")
        if self.training:
            spread = Spread.of(x.flatten(0, -2))
            if spread.count < 2:
                raise ValueError("one row is not enough")
            mean, variance = spread.mean, spread.squares / spread.count
            with torch.no_grad():
                for old, new in (
                    (self.running_mean, mean),
                    (self.running_var, spread.squares / (spread.count - 1)),
                ):
                    old += self.momentum * (new - old)
        else:
            mean, variance = self.running_mean.clone(), self.running_var.clone()
        return (x - mean).div((variance + self.eps).sqrt()).mul(self.weight).add(self.bias)
