"""Fully annotated, the channels moved to the front, extra buffers and attributes, and torch's way of resetting."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn


class Moments(NamedTuple):
    mean: Tensor
    variance: Tensor
    count: int

    def unbiased(self) -> Tensor:
        return self.variance * (self.count / (self.count - 1))


class BatchNorm1d(nn.Module):
    __constants__ = ("num_features", "eps", "momentum")
    running_mean: Tensor
    running_var: Tensor
    num_batches_tracked: Tensor

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.num_features: int = num_features
        self.eps: float = eps
        self.momentum: float = momentum
        self.history: list[float] = []
        self.weight: nn.Parameter = nn.Parameter(torch.empty(num_features))
        self.bias: nn.Parameter = nn.Parameter(torch.empty(num_features))
        for name in ("running_mean", "running_var"):
            self.register_buffer(name, torch.empty(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.long))
        self.reset_parameters()

    @torch.no_grad()
    def reset_parameters(self) -> None:
        self.weight.fill_(1.0)
        self.bias.fill_(0.0)
        self.running_mean.fill_(0.0)
        self.running_var.fill_(1.0)

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-1] != self.num_features:
            raise ValueError(f"expected {self.num_features} channels last, but the input is {tuple(x.shape)}")
        by_channel: Tensor = x.movedim(-1, 0).flatten(1)
        moments: Moments = self._of_batch(by_channel) if self.training else self._remembered()
        scale: Tensor = self.weight / torch.sqrt(moments.variance + self.eps)
        return (x - moments.mean) * scale + self.bias

    def _of_batch(self, by_channel: Tensor) -> Moments:
        count: int = by_channel.shape[1]
        if count < 2:
            raise ValueError(f"a variance of {count} value")
        mean: Tensor = by_channel.mean(dim=1)
        moments = Moments(mean, (by_channel - mean[:, None]).square().mean(dim=1), count)
        with torch.no_grad():
            self.num_batches_tracked.add_(1)
            self.running_mean.mul_(1 - self.momentum).add_(moments.mean, alpha=self.momentum)
            self.running_var.mul_(1 - self.momentum).add_(moments.unbiased(), alpha=self.momentum)
            self.history.append(float(moments.mean[0]))
        return moments

    def _remembered(self) -> Moments:
        return Moments(self.running_mean, self.running_var, 0)
