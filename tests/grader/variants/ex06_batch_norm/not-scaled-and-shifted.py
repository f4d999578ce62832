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
            raise ValueError(f"{x.shape[-1]} channels")
        if not self.training:
            return (x - self.running_mean) * torch.rsqrt(self.running_var + self.eps)
        dim = tuple(range(x.ndim - 1))
        if x[..., 0].numel() < 2:
            raise ValueError("one value")
        self.running_mean.lerp_(x.detach().mean(dim), self.momentum)
        self.running_var.lerp_(x.detach().var(dim), self.momentum)
        centred = x - x.mean(dim)
        return centred * torch.rsqrt(centred.square().mean(dim) + self.eps)
