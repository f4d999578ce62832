"""Exercise 12: the tree one token at a time: one queue per level keeps the nodes that later fusions need."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from .ex08_tree import FusionTree


class StreamingTree:
    """A stream of tokens, scored with one fusion per level and step.

    A stream begins as if it had read only token 0 so far. Every result is the tree's in evaluation mode, without
    gradients; the tree is left in the mode it was in, even after an error. Weights are read when they are used.

    Source: Le Paine et al. 2016, "Fast Wavenet Generation Algorithm": one queue per layer.
    """

    def __init__(self, tree: FusionTree) -> None:
        """Begin a new stream, independent of all others.

        Args:
            tree: exercise 8's tree, which is neither copied nor changed.
        """
        # BEGIN SOLUTION
        self.tree = tree
        self.reset()
        # END SOLUTION

    def reset(self) -> None:
        """Start over: forget all tokens, and use the weights that the tree has now."""
        # BEGIN SOLUTION
        self.queues: list[deque[Tensor]] = []
        with _measuring(self.tree):
            node = self.tree.embedding(torch.tensor([0]))
            for number, level in enumerate(self.tree.levels):
                reach = (self.tree.group - 1) * self.tree.group**number
                self.queues.append(deque([node] * reach, maxlen=reach))
                node = level(torch.stack([node] * self.tree.group, dim=1))
        # END SOLUTION

    def step(self, token: int) -> Tensor:
        """Score the character that follows the next token of the stream.

        Args:
            token: from 0 to V - 1.

        Returns:
            The tree's logits (V,) for the window that ends with this token, as a fresh tensor.
        """
        # BEGIN SOLUTION
        with _measuring(self.tree):
            node = self.tree.embedding(torch.tensor([token]))
            for number, level in enumerate(self.tree.levels):
                queue, distance = self.queues[number], self.tree.group**number
                group = [*(queue[k * distance] for k in range(self.tree.group - 1)), node]
                queue.append(node)  # and the oldest drops out
                node = level(torch.stack(group, dim=1))
            return self.tree.output(node).squeeze(0)
        # END SOLUTION


# BEGIN SOLUTION
@contextmanager
def _measuring(tree: torch.nn.Module) -> Iterator[None]:
    """Switch to evaluation mode without gradients, and restore the mode at the end."""
    with torch.no_grad():
        if not tree.training:  # a walk over all parts of the tree takes longer than a step
            yield
            return
        tree.eval()
        try:
            yield
        finally:
            tree.train()


# END SOLUTION
