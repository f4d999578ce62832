"""as_strided lays a window over both neighbours in one buffer; a dataclass that is a tuple of its fields, too."""

from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided


class FusionTrace(NamedTuple):
    joined: np.ndarray
    summed: np.ndarray
    fused: np.ndarray

    @property
    def steps(self) -> int:
        return len(self)


def side_by_side(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    buffer = np.ascontiguousarray(np.stack([left, right], axis=-2))  # (..., 2, C)
    shape = (*left.shape[:-1], 2 * left.shape[-1])
    strides = (*buffer.strides[:-2], buffer.itemsize)
    return as_strided(buffer, shape, strides).copy()


def trace_fusion(
    left: np.ndarray[Any, Any], right: np.ndarray[Any, Any], weight: np.ndarray[Any, Any], bias: np.ndarray[Any, Any]
) -> FusionTrace:
    match (left.shape, right.shape, weight.shape, bias.shape):
        case ((*_, channels) as one, other, (rows, outputs), (count,)) if (
            one == other and rows == 2 * channels and outputs == count
        ):
            joined = side_by_side(left, right)
            summed = np.tensordot(joined, weight, axes=1)
            summed += bias
            return FusionTrace(joined, summed, np.sinh(x := np.clip(summed, -300, 300)) / np.cosh(x))
        case shapes:
            raise ValueError("shapes {}, {}, {} and {} do not go together".format(*shapes))
