"""Exercise 9: the training loop: plain SGD with a step decay, and an honest mean loss."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def mean_loss(model: nn.Module, inputs: Tensor, targets: Tensor, batch_size: int = 4096) -> float:
    """Measure the mean cross-entropy over all examples.

    In evaluation mode, without gradients; the model is left in the mode it was in, after an error too.

    Args:
        model: maps tokens (B, context) to logits (B, V).
        inputs: int64 (N, context).
        targets: int64 (N,).
        batch_size: examples at a time, 1 or more; a short last batch weighs what it holds.

    Returns:
        The mean over the N examples, in nats.

    Raises:
        ValueError: batch_size < 1, no examples, or unequal lengths; the message names the argument and its value.
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")


def step_decay(step: int, steps: int, initial: float = 0.1, final: float = 0.01, boundary: float = 0.75) -> float:
    """Give the learning rate of a step: `initial` while step < boundary * steps, `final` from there on.

    Args:
        step: the step, from 0.
        steps: of the whole training; with 0 the learning rate is `final`.
        initial: learning rate of the first part.
        final: learning rate of the last part.
        boundary: share of the steps in the first part.

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
    """Train by plain SGD; the model's parameters change in place, and it ends in training mode.

    Each step: rows = torch.randint(len(inputs), (batch_size,), generator=generator); mean cross-entropy of those
    rows; gradients cleared; parameter -= learning_rate(step) * gradient, where there is a gradient.

    Args:
        model: maps tokens (B, context) to logits (B, V).
        inputs: int64 (N, context).
        targets: int64 (N,).
        steps: steps to take, 0 or more.
        batch_size: examples a step, 1 or more.
        learning_rate: maps the step, from 0, to a float.
        generator: draws the rows, and nothing else does.

    Returns:
        Each step's loss, in nats.

    Raises:
        ValueError: steps < 0, batch_size < 1, no examples, or unequal lengths; the message names the argument and
            its value.
        FloatingPointError: a loss is not finite; the message names the step, and the parameters are as before it.

    Source: the loop of Karpathy's makemore; `torch.optim.SGD` without momentum.
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")
