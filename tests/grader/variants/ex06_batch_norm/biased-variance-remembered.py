import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        if x.size(-1) != self.num_features:
            raise ValueError(f"got {x.size(-1)} features, not {self.num_features}")
        if not self.training:
            return self.weight * (x - self.running_mean) * (self.running_var + self.eps).rsqrt() + self.bias
        rows = x.reshape(-1, self.num_features)
        n = rows.shape[0]
        if n <= 1:
            raise ValueError(f"got {n} row")
        mean = rows.sum(0) / n
        centred = rows - mean
        var = centred.pow(2).sum(0) / n
        self.running_mean += self.momentum * (mean.detach() - self.running_mean)
        self.running_var += self.momentum * (var.detach() - self.running_var)
        out = self.weight * centred * (var + self.eps).rsqrt() + self.bias
        return out.reshape(x.shape)
