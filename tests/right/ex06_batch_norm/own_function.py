"""An autograd function of its own: the backward pass worked out by hand, as in makemore part 4."""

import torch
from torch import nn


class _Normalise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, rows, eps):
        centred = rows - rows.mean(0)
        inverse = (centred.pow(2).mean(0) + eps).rsqrt()
        normal = centred * inverse
        ctx.save_for_backward(normal, inverse)
        return normal

    @staticmethod
    def backward(ctx, gradient):
        normal, inverse = ctx.saved_tensors
        through_mean = gradient.mean(0)
        through_variance = normal * (gradient * normal).mean(0)
        return inverse * (gradient - through_mean - through_variance), None


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        width = x.shape[-1]
        if width != len(self.weight):
            raise ValueError("layer of %d channels, input of %d" % (len(self.weight), width))
        rows = x.reshape(-1, width)
        if self.training:
            if len(rows) == 1:
                raise ValueError("a single row has no variance")
            self.remember(rows.detach())
            normal = _Normalise.apply(rows, self.eps)
        else:
            normal = (rows - self.running_mean) / (self.running_var + self.eps).sqrt()
        return torch.addcmul(self.bias, normal, self.weight).view(x.shape)

    def remember(self, rows):
        self.running_mean = self.running_mean.lerp(rows.mean(0), self.momentum)
        self.running_var = self.running_var.lerp(rows.var(0), self.momentum)
