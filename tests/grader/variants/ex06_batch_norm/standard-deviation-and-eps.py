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
        C = x.shape[-1]
        if C != len(self.bias):
            raise ValueError(f"channels: {C}")
        if self.training:
            flat = x.reshape(-1, C)
            if len(flat) < 2:
                raise ValueError("one value a channel")
            mean, std = flat.mean(0), flat.std(0)
            with torch.no_grad():
                keep = 1 - self.momentum
                self.running_mean[:] = keep * self.running_mean + self.momentum * mean
                self.running_var[:] = keep * self.running_var + self.momentum * std**2
        else:
            mean, std = self.running_mean, torch.sqrt(self.running_var)
        return (x - mean) / (std + self.eps) * self.weight + self.bias
