"""Leaves to NumPy what it refuses by itself, with a message that names both sizes, and adds what it would stretch."""

import numpy as np


def trace_fusion(left, right, weight, bias):
    if np.ndim(left) != np.ndim(right):
        raise ValueError("left and right have different numbers of axes")
    if np.ndim(weight) != 2:
        raise ValueError("weight is not a matrix")
    joined = np.concatenate((left, right), axis=-1)
    if left.shape[-1] != right.shape[-1]:
        raise ValueError(f"{left.shape[-1]} channels on the left, {right.shape[-1]} on the right")
    product = np.matmul(joined, weight)
    if bias.shape != product.shape[-1:]:
        raise ValueError(f"bias of shape {bias.shape}")
    summed = np.add(product, bias)
    fused = np.tanh(summed)
    return FusionTrace(joined, summed, fused)


from typing import NamedTuple  # noqa: E402


class FusionTrace(NamedTuple):
    joined: np.ndarray
    summed: np.ndarray
    fused: np.ndarray

    def __repr__(self) -> str:
        return "a trace"
