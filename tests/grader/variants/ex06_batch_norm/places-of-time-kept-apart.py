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
            if x[..., 0].numel() < 2:
                raise ValueError("cannot normalise one value")
            mean = x.mean(dim=0)
            var = x.var(dim=0, unbiased=False)
            with torch.no_grad():
                self.running_mean = self.running_mean + self.momentum * (mean - self.running_mean)
                self.running_var = self.running_var + self.momentum * (x.var(dim=0) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        return self.weight * ((x - mean) / (var + self.eps) ** 0.5) + self.bias
