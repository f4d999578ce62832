"""Exercise 11: the tree at all positions of a text at once, as WaveNet's dilated causal convolution."""

import torch
from torch import Tensor

from exercises.ex08_tree import FusionTree


def all_positions(tree: FusionTree, tokens: Tensor) -> Tensor:
    """Score the next character at every position: logits[:, t] are the tree's for the window that ends with token t.

    Where the text begins, windows are padded with token 0 on the left. In evaluation mode; the tree is left in the mode
    it was in, after an error too.

    Each level is computed once for all positions, and a node's neighbours stand group ** level places apart: at most
    1.5 * (T + context) fusions a level, and not more calls of torch for a longer text.

    Args:
        tree: exercise 8's tree.
        tokens: int64 (B, T), T of 1 or more, the newest last.

    Returns:
        Logits (B, T, V).

    Source: van den Oord et al. 2016, "WaveNet", section 2.1: dilated causal convolutions.
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")
