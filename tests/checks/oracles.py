"""What is right, computed by torch or by brute force. Nothing here calls an answer or imports a solution."""

import torch
from torch import Tensor


def flatten_consecutive(x: Tensor, group: int) -> Tensor:
    """Neighbours side by side, one value at a time: out[b, t, k * C + c] = x[b, t * group + k, c]."""
    batch, time, channels = x.shape
    joined = torch.zeros(batch, time // group, group * channels, dtype=x.dtype)
    for k in range(group):
        joined[:, :, k * channels : (k + 1) * channels] = x[:, k::group]
    return joined[:, 0] if time == group else joined
