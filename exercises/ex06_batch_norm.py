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
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")

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
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")


if __name__ == "__main__":
    print("To call your own code: python -im exercises.ex06_batch_norm; to check it: grade 6")
