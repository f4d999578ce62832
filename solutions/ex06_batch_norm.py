"""Exercise 6: batch normalisation over every axis but the channels, which come last."""

import torch
from torch import Tensor, nn


class BatchNorm1d(nn.Module):
    """Give each channel the mean 0 and the variance 1 over batch and time, then scale and shift it.

    y = (x - mean) / sqrt(variance + eps) * weight + bias

    Attributes:
        weight: parameter (C,), initially ones.
        bias: parameter (C,), initially zeros.
        running_mean: buffer (C,), initially zeros.
        running_var: buffer (C,), initially ones.

    Shape:
        x (B, C) or channels-last (B, T, C) -> the same shape.

    Source: Ioffe and Szegedy 2015, "Batch Normalization"; `torch.nn.BatchNorm1d`, which expects (B, C, T) instead.
    """

    weight: nn.Parameter
    bias: nn.Parameter
    running_mean: Tensor
    running_var: Tensor

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        """Create the parameters and the running statistics.

        Args:
            num_features: number of channels, C.
            eps: added to the variance inside the root.
            momentum: share of the newest batch in the running statistics.
        """
        super().__init__()
        # BEGIN SOLUTION
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        # END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Normalise each channel.

        In training, use the mean and the biased variance of this batch, and update the running statistics outside
        autograd: (1 - momentum) * running + momentum * batch, with the unbiased variance.
        In evaluation, use the running statistics and leave them unchanged.

        Args:
            x: (B, C) or (B, T, C).

        Returns:
            The normalised tensor, with the shape and dtype of x.

        Raises:
            ValueError: x has the wrong rank or the wrong channel count (the message includes the count), or a channel
                has fewer than two values in training.
        """
        # BEGIN SOLUTION
        if x.dim() not in (2, 3) or x.shape[-1] != len(self.weight):
            raise ValueError(f"x must be (B, {len(self.weight)}) or (B, T, {len(self.weight)}), got {tuple(x.shape)}")
        mean, variance = self.running_mean, self.running_var
        if self.training:
            values = x.numel() // x.shape[-1]
            if values < 2:
                raise ValueError(f"training needs two values per channel or more, got {values} of x {tuple(x.shape)}")
            axes = tuple(range(x.dim() - 1))
            mean, variance = x.mean(axes), x.var(axes, correction=0)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(variance * values / (values - 1), self.momentum)
        return (x - mean) / torch.sqrt(variance + self.eps) * self.weight + self.bias
        # END SOLUTION
