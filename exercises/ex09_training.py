"""Exercise 9: the training loop: plain SGD, a step decay, and a mean loss in which every example counts equally."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def mean_loss(model: nn.Module, inputs: Tensor, targets: Tensor, batch_size: int = 4096) -> float:
    """Measure the mean cross-entropy over all examples.

    The model is in evaluation mode, without gradients, and is left in the mode it was in, even after an error.

    Args:
        model: maps tokens (B, context) to logits (B, V).
        inputs: int64 (N, context).
        targets: int64 (N,).
        batch_size: examples per call of the model, 1 or more; the result does not depend on it.

    Returns:
        The mean over the N examples, in nats.

    Raises:
        ValueError: batch_size < 1, no examples, or unequal lengths; the message includes the argument and its value.
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")


def step_decay(step: int, steps: int, initial: float = 0.1, final: float = 0.01, boundary: float = 0.75) -> float:
    """Return the learning rate of a step: `initial` while step < boundary * steps, `final` from there on.

    Args:
        step: the step, counted from 0.
        steps: number of steps of the whole training; if it is 0, the learning rate is `final`.
        initial: learning rate of the first part.
        final: learning rate of the last part.
        boundary: share of the steps that belong to the first part.

    Returns:
        The learning rate.
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")


def train(
    model: nn.Module,
    inputs: Tensor,
    targets: Tensor,
    *,
    steps: int,
    batch_size: int = 32,
    learning_rate: Callable[[int], float],
    generator: torch.Generator,
) -> list[float]:
    """Train the model in place by plain SGD; it ends in training mode.

    Parameters, losses and the generator's state equal those of a loop with `torch.optim.SGD` that draws each step's
    rows by `torch.randint(len(inputs), (batch_size,), generator=generator)`.

    Args:
        model: maps tokens (B, context) to logits (B, V).
        inputs: int64 (N, context).
        targets: int64 (N,).
        steps: steps to take, 0 or more.
        batch_size: examples per step, 1 or more.
        learning_rate: maps the step, counted from 0, to a float.
        generator: the only source of randomness.

    Returns:
        Each step's loss, in nats.

    Raises:
        ValueError: steps < 0, batch_size < 1, no examples, or unequal lengths; the message includes the argument and
            its value.
        FloatingPointError: a loss is not finite; the message includes the step, and the parameters are as before it.

    Source: the loop of Karpathy's makemore lectures; `torch.optim.SGD` without momentum.
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")


if __name__ == "__main__":
    print("To call your own code: python -im exercises.ex09_training; to check it: grade 9")
