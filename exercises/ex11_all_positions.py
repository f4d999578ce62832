"""Exercise 11: the tree at all positions of a text at once: WaveNet's dilated causal convolution."""

import torch
from torch import Tensor

from exercises.ex08_tree import FusionTree


def all_positions(tree: FusionTree, tokens: Tensor) -> Tensor:
    """Score the next character at every position: logits[:, t] are the tree's for the window that ends with token t.

    A window that begins before the text is padded on the left with token 0. The tree is in evaluation mode, and is left
    in the mode it was in, even after an error. Each level makes at most 1.5 * (T + context) fusions, and a longer text
    needs no more calls of torch.

    Args:
        tree: exercise 8's tree.
        tokens: int64 (B, T), T of 1 or more, the newest last.

    Returns:
        Logits (B, T, V).

    Source: van den Oord et al. 2016, "WaveNet", section 2.1: dilated causal convolutions.
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")


if __name__ == "__main__":
    print("To call your own code: python -im exercises.ex11_all_positions; to check it: grade 11")
