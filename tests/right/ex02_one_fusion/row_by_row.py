"""Arrays made beforehand with the inputs' dtype, filled row by row and output by output in Python."""

import math
from typing import NamedTuple

import numpy as np


class FusionTrace(NamedTuple):
    joined: np.ndarray
    summed: np.ndarray
    fused: np.ndarray


def trace_fusion(left: np.ndarray, right: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> FusionTrace:
    if not (left.ndim >= 1 and weight.ndim == 2 and bias.ndim == 1):
        raise ValueError("each of left, right, weight and bias needs its number of axes")
    if left.shape != right.shape:
        raise ValueError(f"{left.shape=} {right.shape=}")
    *leading, channels = left.shape
    if weight.shape[0] != channels * 2:
        raise ValueError(f"{weight.shape=} {left.shape=}")
    if weight.shape[1] != bias.shape[0]:
        raise ValueError(f"{weight.shape=} {bias.shape=}")
    outputs = weight.shape[1]
    joined = np.empty([*leading, 2 * channels], dtype=left.dtype)
    summed = np.zeros([*leading, outputs], dtype=left.dtype)
    fused = np.zeros_like(summed)
    for index in np.ndindex(*leading):
        row = [*left[index], *right[index]]
        joined[index] = row
        for output in range(outputs):
            total = float(bias[output])
            for value, factor in zip(row, weight[:, output], strict=True):
                total += float(value) * float(factor)
            summed[(*index, output)] = total
            fused[(*index, output)] = math.tanh(total)
    return FusionTrace(joined, summed, fused)
