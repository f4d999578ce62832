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
        if C != self.weight.shape[0]:
            raise ValueError(f"{C} channels")
        by_channel = x.transpose(1, -1)
        normalised = nn.functional.batch_norm(
            by_channel, self.running_mean, self.running_var, self.weight, self.bias, True, self.momentum, self.eps
        )
        return normalised.transpose(1, -1)
