"""Exercise 12: the tree one token at a time: one queue per level keeps the nodes that later fusions need."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from exercises.ex08_tree import FusionTree


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
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")

    def reset(self) -> None:
        """Start over: forget all tokens, and use the weights that the tree has now."""
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")

    def step(self, token: int) -> Tensor:
        """Score the character that follows the next token of the stream.

        Args:
            token: from 0 to V - 1.

        Returns:
            The tree's logits (V,) for the window that ends with this token, as a fresh tensor.
        """
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")


if __name__ == "__main__":
    print("To call your own code: python -im exercises.ex12_streaming; to check it: grade 12")
