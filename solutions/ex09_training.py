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
    # BEGIN SOLUTION
    _check_examples(inputs, targets, batch_size)
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            total = 0.0
            for start in range(0, len(inputs), batch_size):
                rows = slice(start, start + batch_size)
                total += F.cross_entropy(model(inputs[rows]), targets[rows], reduction="sum").item()
    finally:
        model.train(was_training)
    return total / len(inputs)
    # END SOLUTION


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
    # BEGIN SOLUTION
    return initial if step < boundary * steps else final
    # END SOLUTION


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
    # BEGIN SOLUTION
    _check_examples(inputs, targets, batch_size)
    if steps < 0:
        raise ValueError(f"steps must be at least 0, got {steps}")
    model.train()
    parameters = list(model.parameters())
    losses = []
    for step in range(steps):
        rows = torch.randint(len(inputs), (batch_size,), generator=generator)
        loss = F.cross_entropy(model(inputs[rows]), targets[rows])
        losses.append(loss.item())
        if not math.isfinite(losses[-1]):
            raise FloatingPointError(f"the loss of step {step} is {losses[-1]}")
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        rate = learning_rate(step)
        with torch.no_grad():
            for parameter in parameters:
                if parameter.grad is not None:
                    parameter.add_(parameter.grad, alpha=-rate)
    return losses
    # END SOLUTION


# BEGIN SOLUTION
def _check_examples(inputs: Tensor, targets: Tensor, batch_size: int) -> None:
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")
    if len(inputs) != len(targets):
        raise ValueError(f"inputs and targets must be equally long, got {len(inputs)} and {len(targets)}")
    if len(inputs) == 0:
        raise ValueError(f"inputs must hold an example or more, got shape {tuple(inputs.shape)}")


# END SOLUTION
