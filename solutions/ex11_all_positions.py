"""Exercise 11: the tree at all positions of a text at once: WaveNet's dilated causal convolution."""

import torch
from torch import Tensor

from .ex08_tree import FusionTree


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
    # BEGIN SOLUTION
    was_training = tree.training
    tree.eval()
    try:
        with torch.no_grad():
            nodes = tree.embedding(torch.nn.functional.pad(tokens, (tree.context - 1, 0)))
            for number, level in enumerate(tree.levels):
                nodes = _fused(level, nodes, tree.group, tree.group**number)
            return tree.output(nodes)
    finally:
        tree.train(was_training)
    # END SOLUTION


# BEGIN SOLUTION
def _fused(level: torch.nn.Module, nodes: Tensor, group: int, distance: int) -> Tensor:
    """Fuse each node with earlier ones, `distance` apart; drop the first nodes, which have too few."""
    length = nodes.shape[1] - (group - 1) * distance
    neighbours = [nodes[:, k * distance :][:, :length] for k in range(group)]  # the oldest first
    groups = torch.stack(neighbours, dim=2)  # (B, length, group, C)
    return level(groups.flatten(0, 1)).unflatten(0, groups.shape[:2])


# END SOLUTION
