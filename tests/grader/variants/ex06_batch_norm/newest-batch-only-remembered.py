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
        if x.shape[-1] != self.weight.shape[0]:
            raise ValueError(f"expected {self.weight.shape[0]} channels, got {x.shape[-1]}")
        if self.training:
            rows = x.reshape(-1, x.shape[-1])
            if len(rows) < 2:
                raise ValueError("need two values")
            mean, var = rows.mean(0), rows.var(0, unbiased=False)
            self.running_mean = mean.detach()
            self.running_var = rows.var(0).detach()
        else:
            mean, var = self.running_mean, self.running_var
        return (x - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias
