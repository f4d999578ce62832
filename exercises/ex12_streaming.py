"""Exercise 12: the tree one token at a time: a queue a level remembers what later fusions need."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from exercises.ex08_tree import FusionTree


class StreamingTree:
    """Score the next character after each token of a stream, with one fusion a level and step.

    A stream begins as if tokens 0 had come for ever. Every result is the tree's in evaluation mode, without gradients;
    the tree is left in the mode it was in, after an error too. Weights are read when they are used.

    Source: Le Paine et al. 2016, "Fast Wavenet Generation Algorithm": a queue for each layer.
    """

    def __init__(self, tree: FusionTree) -> None:
        """Begin a stream of its own.

        Args:
            tree: exercise 8's tree; it is neither copied nor changed.
        """
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")

    def reset(self) -> None:
        """Forget all tokens: the stream begins anew, with the weights that the tree has now."""
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")

    def step(self, token: int) -> Tensor:
        """Take the next token of the stream.

        Args:
            token: from 0 to V - 1.

        Returns:
            Logits (V,), a fresh tensor: the tree's for the window that ends with this token.
        """
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")
