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
        if x.shape[-1] != len(self.bias):
            raise ValueError(f"channels: {x.shape[-1]}")
        dims = list(range(x.ndim))[:-1]
        if self.training:
            n = x[..., 0].numel()
            if n < 2:
                raise ValueError("n < 2")
            mean = x.mean(dims)
            std = x.std(dims, unbiased=False)
            with torch.no_grad():
                self.running_mean.mul_(1 - self.momentum).add_(self.momentum * mean)
                self.running_var.mul_(1 - self.momentum).add_(self.momentum * x.var(dims))
        else:
            mean = self.running_mean
            std = self.running_var.sqrt()
        return self.bias + self.weight * (x - mean) / (std + self.eps)
