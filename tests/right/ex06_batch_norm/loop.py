"""A loop over the channels, one at a time, and a parent module that holds the buffers."""

import torch
from torch import nn


class _Remembers(nn.Module):
    def __init__(self, num_features, momentum):
        super().__init__()
        self.momentum = momentum
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def remember(self, channel, values):
        values = values.detach()
        share = self.momentum
        self.running_mean[channel] = (1 - share) * self.running_mean[channel] + share * values.mean()
        self.running_var[channel] = (1 - share) * self.running_var[channel] + share * values.var()


class BatchNorm1d(_Remembers):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, momentum)
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        features = self.weight.shape[0]
        if x.shape[-1] != features:
            raise ValueError(f"shape {tuple(x.shape)} does not end in {features}")
        if self.training and x[..., 0].numel() < 2:
            raise ValueError("training needs two values a channel")
        columns = []
        for channel in range(features):
            values = x[..., channel]
            if self.training:
                mean = values.mean()
                variance = ((values - mean) ** 2).mean()
                self.remember(channel, values)
            else:
                mean, variance = self.running_mean[channel], self.running_var[channel]
            root = torch.sqrt(variance + self.eps)
            columns.append(self.weight[channel] * (values - mean) / root + self.bias[channel])
        return torch.stack(columns, dim=-1)
