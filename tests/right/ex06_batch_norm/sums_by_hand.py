"""Sums over a flattened (values, C) matrix, written out; the buffers are replaced by new tensors at each step."""

import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.empty(num_features))
        self.bias = nn.Parameter(torch.empty(num_features))
        self.register_buffer("running_mean", torch.empty(num_features))
        self.register_buffer("running_var", torch.empty(num_features))
        self.reset_parameters()

    def reset_parameters(self):
        nn.init.ones_(self.weight)
        nn.init.zeros_(self.bias)
        self.running_mean.zero_()
        self.running_var.fill_(1)

    def forward(self, x):
        if x.shape[-1] != self.num_features:
            raise ValueError(f"expected {self.num_features} channels, got {x.shape[-1]}")
        rows = x.reshape(-1, self.num_features)
        if not self.training:
            centred = rows - self.running_mean
            variance = self.running_var
        else:
            n = len(rows)
            if n < 2:
                raise ValueError("more than one value a channel is needed in training")
            mean = rows.sum(dim=0) / n
            centred = rows - mean
            squares = (centred * centred).sum(dim=0)
            variance = squares / n
            keep = 1 - self.momentum
            self.running_mean = keep * self.running_mean + self.momentum * mean.detach()
            self.running_var = keep * self.running_var + self.momentum * squares.detach() / (n - 1)
        scale = self.weight * (variance + self.eps) ** -0.5
        return (centred * scale + self.bias).reshape(x.shape)
