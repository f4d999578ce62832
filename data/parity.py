"""Parity as a task that a tree solves in stages: bits, the right answer, and a tree whose weights are set by hand.

Bit 0 is token 0 and stands for -1, bit 1 is token 1 and stands for +1. README.md describes the construction, and
exercises/ex08_tree.md derives it.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

SCALE = 4.0


def make_bits(rows: int, length: int, seed: int) -> Tensor:
    """Draw random bits: int64 (rows, length)."""
    return torch.randint(2, (rows, length), generator=torch.Generator().manual_seed(seed))


def parity(bits: Tensor) -> Tensor:
    """Compute the parity of each row: int64 (rows,), 1 for an odd number of ones."""
    return bits.sum(dim=1) % 2


def parity_tree(tree_class: Callable[..., Any], context: int, scale: float = SCALE) -> Any:
    """Build a tree that computes the parity of its window, with weights set by hand.

    The logit of token 0 is 0. The logit of token 1 is near +1 for an odd number of ones and near -1 for an even number:
    with scale 4 it is off by less than 0.0014 at any depth, and in float32 it is exact from scale 10 on.

    Args:
        tree_class: exercise 8's FusionTree, the reference solution's or the learner's own.
        context: number of bits, a power of 2.
        scale: steepness of each fusion, 4 or more.

    Returns:
        A tree of two hidden numbers per level, without normalisation.
    """
    tree = tree_class(2, context, 1, 2, normalize=False)
    with torch.no_grad():
        tree.embedding.weight.copy_(torch.tensor([[-1.0], [1.0]]))
        for number, level in enumerate(tree.levels, start=1):
            # The value of one neighbour: the bit itself on level 1, and h1 - h2 - 1 above it.
            read, constant = ([1.0], 0.0) if number == 1 else ([1.0, -1.0], -1.0)
            either, both = 2 * constant + 1, 2 * constant - 1
            level.linear.weight.copy_(scale * torch.tensor([read * 2, read * 2]))
            level.linear.bias.copy_(scale * torch.tensor([either, both]))
        tree.output.weight.copy_(torch.tensor([[0.0, 0.0], [1.0, -1.0]]))
        tree.output.bias.copy_(torch.tensor([0.0, -1.0]))
    return tree
