"""Exercise 6: batch normalisation over every axis but the channels, which come last."""

import torch
from torch import Tensor, nn


class BatchNorm1d(nn.Module):
    """Give each channel mean 0 and variance 1 over the batch, then scale and shift it.

    y = (x - mean) / sqrt(variance + eps) * weight + bias

    Attributes:
        weight: parameter (C,), ones at first.
        bias: parameter (C,), zeros at first.
        running_mean: buffer (C,), zeros at first.
        running_var: buffer (C,), ones at first.

    Shape:
        x (B, C) or channels-last (B, T, C) -> the same shape.

    Source: Ioffe and Szegedy 2015, "Batch Normalization"; `torch.nn.BatchNorm1d`, which wants (B, C, T) instead.
    """

    weight: nn.Parameter
    bias: nn.Parameter
    running_mean: Tensor
    running_var: Tensor

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        """Set up parameters and running statistics.

        Args:
            num_features: channels, C.
            eps: added to the variance, inside the root.
            momentum: the weight of the newest batch in the running statistics.
        """
        super().__init__()
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")

    def forward(self, x: Tensor) -> Tensor:
        """Normalise each channel.

        Training: by the batch's mean and biased variance; the running statistics become
        (1 - momentum) * running + momentum * batch, with the unbiased variance, outside autograd.
        Evaluation: by the running statistics, which stay as they are.

        Args:
            x: (B, C) or (B, T, C).

        Returns:
            The normalised tensor, in the shape and dtype of x.

        Raises:
            ValueError: x has another rank, another channel count (the message names it), or in training fewer than
                two values a channel.
        """
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")
