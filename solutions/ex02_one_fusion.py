"""Exercise 2: one fusion, traced by hand: concatenate two neighbours, a linear map, tanh. Use NumPy only."""

from typing import NamedTuple

import numpy as np


class FusionTrace(NamedTuple):
    """The three steps of one fusion, in order.

    Shape:
        joined: (..., 2C), the left neighbour's channels, then the right one's.
        summed: (..., H), the weighted sums of `joined` plus the bias.
        fused: (..., H), the tanh of `summed`.
    """

    joined: np.ndarray
    summed: np.ndarray
    fused: np.ndarray


def trace_fusion(left: np.ndarray, right: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> FusionTrace:
    """Fuse two neighbours and keep every step.

    Args:
        left: the older neighbour, (..., C).
        right: the newer neighbour, the same shape as `left`.
        weight: (2C, H); its first C rows multiply `left`, the other C multiply `right`.
        bias: (H,).

    Returns:
        The trace: joined (..., 2C), summed (..., H), fused (..., H), in the inputs' dtype.

    Raises:
        ValueError: the shapes do not fit (nothing is broadcast); the message includes a size that does not fit.

    Source: the fusion of Karpathy's makemore part 5, "Building a WaveNet".
    """
    # BEGIN SOLUTION
    if left.shape != right.shape:
        raise ValueError(f"left and right must have one shape (..., C), got {left.shape} and {right.shape}")
    if weight.ndim != 2 or weight.shape[0] != left.shape[-1] + right.shape[-1]:
        raise ValueError(f"weight must be (2C, H) = ({2 * left.shape[-1]}, H), got {weight.shape}")
    if bias.shape != weight.shape[1:]:
        raise ValueError(f"bias must be (H,) = {weight.shape[1:]}, got {bias.shape}")
    joined = np.concatenate([left, right], axis=-1)
    summed = joined @ weight + bias
    return FusionTrace(joined, summed, np.tanh(summed))
    # END SOLUTION
