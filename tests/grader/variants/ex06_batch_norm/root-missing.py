import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        if x.shape[-1] != self.weight.numel():
            raise ValueError(f"last axis {x.shape[-1]}")
        if self.training:
            dims = tuple(range(x.ndim - 1))
            n = x.numel() / x.shape[-1]
            if n == 1:
                raise ValueError("cannot normalise one value")
            mean = x.mean(dims)
            var = ((x - mean) ** 2).mean(dims)
            self.running_mean = (self.running_mean * (1 - self.momentum) + mean * self.momentum).detach()
            self.running_var = (self.running_var * (1 - self.momentum) + var * n / (n - 1) * self.momentum).detach()
            return self.scale_and_shift((x - mean) / (var + self.eps))
        return self.scale_and_shift((x - self.running_mean) / (self.running_var + self.eps))

    def scale_and_shift(self, x):
        return x * self.weight + self.bias
