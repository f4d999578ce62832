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

    def statistics(self, x):
        if not self.training:
            return self.running_mean, self.running_var
        values = x.detach().flatten(end_dim=-2)
        if len(values) < 2:
            raise ValueError("need two values")
        var, mean = torch.var_mean(values, dim=0, correction=0)
        self.running_mean += self.momentum * (mean - self.running_mean)
        self.running_var += self.momentum * (values.var(0) - self.running_var)
        return mean, var

    def forward(self, x):
        if x.shape[-1] != self.weight.shape[0]:
            raise ValueError(f"expected {self.weight.shape[0]} channels, got {x.shape[-1]}")
        mean, var = self.statistics(x)
        return (x - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias
