"""Exercise 2: one fusion traced by hand: concatenate two neighbours, a linear map, tanh. NumPy only."""

from typing import NamedTuple

import numpy as np


class FusionTrace(NamedTuple):
    """The three steps of one fusion, in order.

    Shape:
        joined: (..., 2C), the left neighbour's channels, then the right one's.
        summed: (..., H), joined @ weight + bias.
        fused: (..., H), tanh(summed).
    """

    joined: np.ndarray
    summed: np.ndarray
    fused: np.ndarray


def trace_fusion(left: np.ndarray, right: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> FusionTrace:
    """Fuse two neighbours and keep every step.

    Args:
        left: the older neighbour, (..., C).
        right: the newer neighbour, the same shape as `left`.
        weight: (2C, H); its first C rows meet `left`, the other C meet `right`.
        bias: (H,).

    Returns:
        The trace: joined (..., 2C), summed (..., H), fused (..., H), in the inputs' dtype.

    Raises:
        ValueError: shapes that do not fit; nothing is broadcast. The message names a size that does not fit.

    Source: the fusion of Karpathy's makemore part 5, "Building a WaveNet".
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")
