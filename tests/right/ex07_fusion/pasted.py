"""Everything in one file: exercises 5 and 6 pasted instead of imported."""

import torch
from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group={group} is too small")
        self.n = group

    def forward(self, x):
        B, T, C = x.shape
        if T % self.n != 0:
            raise ValueError(f"T={T} is not a multiple of {self.n}")
        x = x.reshape(B, T // self.n, C * self.n)
        if x.shape[1] == 1:
            x = x.squeeze(1)
        return x


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        if x.shape[-1] != self.weight.shape[0]:
            raise ValueError(f"{x.shape[-1]} channels")
        if self.training:
            flat = x.flatten(0, -2)
            if flat.shape[0] < 2:
                raise ValueError("too few values")
            mean, var = flat.mean(0), flat.var(0, unbiased=False)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (flat.var(0) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        return self.weight * (x - mean) / (var + self.eps).sqrt() + self.bias


class Fusion(nn.Module):
    def __init__(self, in_features, out_features, group=2, normalize=True):
        super().__init__()
        self.flatten = FlattenConsecutive(group)
        self.linear = nn.Linear(in_features * group, out_features, bias=not normalize)
        self.norm = None
        if normalize:
            self.norm = BatchNorm1d(out_features)

    def forward(self, x):
        x = self.linear(self.flatten(x))
        return (self.norm(x) if self.norm else x).tanh()
