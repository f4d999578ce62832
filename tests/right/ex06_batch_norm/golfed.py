"""As short as it gets: the mean as a product with a row of 1/n, the mode as an index."""

import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(s, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        s.e, s.m, o = eps, momentum, torch.ones(num_features)
        s.weight, s.bias = nn.Parameter(o.clone()), nn.Parameter(0 * o)
        for n, b in (("mean", 0 * o), ("var", o)):
            s.register_buffer(f"running_{n}", b)

    def forward(s, x):
        if (c := x.shape[-1]) != s.bias.numel():
            raise ValueError(f"{c=}")
        r, a = x.reshape(-1, c), (s.running_mean, s.running_var)
        if s.training:
            if (n := len(r)) < 2:
                raise ValueError(f"{n=}")
            p = torch.full((n,), 1 / n, dtype=x.dtype)
            u = p @ r
            v = p @ (r - u) ** 2
            for b, w in zip(a, (u, v * n / (n - 1)), strict=True):
                b.data += s.m * (w.data - b)
            a = u, v
        return (r - a[0]).mul(s.weight / (a[1] + s.e) ** 0.5).add(s.bias).view(x.shape)
