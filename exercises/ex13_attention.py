"""Exercise 13: causal attention: what stands in place of the fixed tree in a transformer."""

import math

import torch
from torch import Tensor


def causal_attention(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    """Let every position gather the values of itself and of earlier positions, weighted by how well key and query fit.

    weights = softmax(query · key / sqrt(D)) over the positions up to one's own; output = weights · value.

    Args:
        query: (..., T, D), what each position looks for; T and D 1 or more.
        key: (..., T, D), what each position offers to be found by.
        value: (..., T, D), what each position has to give.

    Returns:
        The output (..., T, D), and the weights (..., T, T): row t holds what position t draws from each position.

    Source: Vaswani et al., Attention Is All You Need (2017), equation 1, with the mask of its decoder.
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")
