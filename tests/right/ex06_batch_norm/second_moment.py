"""The mean of squares minus the square of the mean, both counted from a row of the batch; a buffer counts the steps."""

import math

import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))
        self.eps = eps
        self.momentum = momentum

    def forward(self, x):
        count = math.prod(x.shape[:-1])
        if x.shape[-1] != self.bias.shape[0]:
            raise ValueError(f"x has {x.shape[-1]} channels, this layer {self.bias.shape[0]}")
        if self.training and count < 2:
            raise ValueError(f"a batch of {count} has no variance")
        if self.training:
            near = x.detach().reshape(count, -1)[0]
            moved = x - near
            shift = torch.einsum("...c->c", moved) / count
            mean = near + shift
            var = torch.clamp(torch.einsum("...c,...c->c", moved, moved) / count - shift**2, min=0)
            self.num_batches_tracked += 1
            self.running_mean.data.mul_(1 - self.momentum).add_(mean.data, alpha=self.momentum)
            self.running_var.data.mul_(1 - self.momentum).add_(var.data * count / (count - 1), alpha=self.momentum)
        else:
            mean, var = self.running_mean, self.running_var
        return self.weight * ((x - mean) * torch.rsqrt(var + self.eps)) + self.bias
