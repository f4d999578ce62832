"""Exercise 13: causal attention: what a transformer uses instead of a fixed tree."""

import math

import torch
from torch import Tensor


def causal_attention(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    """Give every position a weighted average of the values up to its own, weighted by how well query and key fit.

    The output equals that of `torch.nn.functional.scaled_dot_product_attention` with `is_causal=True`. The weights of
    each position sum to 1, and are exactly 0 for later positions.

    Args:
        query: (..., T, D), what each position looks for; T and D are 1 or more.
        key: (..., T, D), what each position can be found by.
        value: (..., T, D), what each position has to give.

    Returns:
        The output (..., T, D), and the weights (..., T, T): row t holds the weights of position t.

    Source: Vaswani et al., Attention Is All You Need (2017), equation 1, with the mask of its decoder.
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")


if __name__ == "__main__":
    print("To call your own code: python -im exercises.ex13_attention; to check it: grade 13")
