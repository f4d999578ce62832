from typing import NamedTuple

import numpy as np


class FusionTrace(NamedTuple):
    joined: np.ndarray
    summed: np.ndarray
    fused: np.ndarray


def join(left, right):
    return left + right


def linear(x, weight, bias):
    return np.einsum("...i,ih->...h", x, weight) + bias


def check(left, right, weight, bias):
    shapes = [left.shape, right.shape, weight.shape, bias.shape]
    if len(left.shape) == 0 or len(weight.shape) != 2 or len(bias.shape) != 1:
        raise ValueError(f"wrong number of axes: {shapes}")
    rows, outputs = weight.shape
    if left.shape != right.shape or rows != left.shape[-1] + right.shape[-1] or len(bias) != outputs:
        raise ValueError(f"shapes do not fit: {shapes}")


def trace_fusion(left, right, weight, bias):
    check(left, right, weight, bias)
    joined = join(left, right)
    summed = linear(joined, weight, bias)
    return FusionTrace(joined=joined, summed=summed, fused=np.tanh(summed))
