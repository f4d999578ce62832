"""`torch.var_mean` twice, with kept dimensions; buffers copied into; one path for each mode."""

import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.shape = (num_features,)
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.parameter.Parameter(torch.ones(self.shape))
        self.bias = nn.parameter.Parameter(torch.zeros(self.shape))
        self.running_mean: torch.Tensor
        self.running_var: torch.Tensor
        self.register_buffer("running_mean", torch.zeros(self.shape))
        self.register_buffer("running_var", torch.ones(self.shape))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.shape[-1:] != self.shape:
            raise ValueError(f"channels of {tuple(x.shape)} are not {self.shape[0]}")
        return self._train(x) if self.training else self._scaled(x, self.running_mean, self.running_var)

    def _train(self, x):
        axes = list(range(x.ndim - 1))
        if all(x.shape[axis] == 1 for axis in axes):
            raise ValueError("one value a channel")
        var, mean = torch.var_mean(x, dim=axes, correction=0, keepdim=True)
        self._remember(x, axes)
        return self._scaled(x, mean, var)

    @torch.no_grad()
    def _remember(self, x, axes):
        unbiased, mean = torch.var_mean(x, dim=axes)
        self.running_mean.copy_(self.running_mean + self.momentum * (mean - self.running_mean))
        self.running_var.copy_(self.running_var + self.momentum * (unbiased - self.running_var))

    def _apply_affine(self, x):
        return torch.addcmul(self.bias, x, self.weight)

    def _normal(self, x, mean, var):
        return torch.div(x - mean, (var + self.eps).sqrt())

    def _scaled(self, x, mean, var):
        return self._apply_affine(self._normal(x, mean, var))
