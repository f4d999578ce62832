"""torch's function `batch_norm` with the channels moved to the second axis and back."""

import torch
import torch.nn.functional as F
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        channels = x.shape[-1]
        if (channels,) != self.weight.shape:
            raise ValueError(f"{channels} channels, not {self.weight.numel()}")
        moved = x.movedim(-1, 1)
        result = F.batch_norm(
            moved,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training,
            self.momentum,
            self.eps,
        )
        return result.movedim(1, -1)
