from typing import NamedTuple

import numpy as np


class FusionTrace(NamedTuple):
    joined: np.ndarray
    summed: np.ndarray
    fused: np.ndarray


def join(left, right):
    return np.append(left, right, axis=-1)


def linear(x, weight, bias):
    return np.einsum("...i,ih->...h", x, weight) + bias


def trace_fusion(left, right, weight, bias):
    joined = join(left, right)
    summed = linear(joined, weight, bias)
    return FusionTrace(joined=joined, summed=summed, fused=np.tanh(summed))
