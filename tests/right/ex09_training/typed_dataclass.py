"""Fully annotated: a dataclass of checked examples, a cached plan of batches, an enum of modes, losses in an array."""

from __future__ import annotations

import dataclasses
import functools
import math
from array import array
from collections.abc import Callable, Iterator
from typing import Final

import torch
from torch import Tensor, nn

LOSS: Final = nn.CrossEntropyLoss(reduction="sum")


@dataclasses.dataclass(frozen=True, slots=True)
class Examples:
    inputs: Tensor
    targets: Tensor
    batch_size: int

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise ValueError(f"batch_size must be a natural number, but {self.batch_size} was given")
        if self.inputs.shape[0] != self.targets.shape[0]:
            raise ValueError(f"inputs {list(self.inputs.shape)}, targets {list(self.targets.shape)}")
        if self.inputs.shape[0] == 0:
            raise ValueError(f"no example in inputs {list(self.inputs.shape)}")

    def __len__(self) -> int:
        return int(self.inputs.shape[0])

    def batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        for first, behind in places(len(self), self.batch_size):
            yield self.inputs[first:behind], self.targets[first:behind]

    def drawn(self, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        rows: Tensor = torch.randint(high=len(self), size=(self.batch_size,), generator=generator)
        return self.inputs[rows], self.targets[rows]


@functools.cache
def places(count: int, size: int) -> tuple[tuple[int, int], ...]:
    return tuple((first, min(first + size, count)) for first in range(0, count, size))


@torch.no_grad()
def mean_loss(model: nn.Module, inputs: Tensor, targets: Tensor, batch_size: int = 4096) -> float:
    examples = Examples(inputs, targets, batch_size)
    training: bool = model.training
    model.train(mode=False)
    try:
        sums: array[float] = array("d", (LOSS(model(x), y).item() for x, y in examples.batches()))
    finally:
        model.train(mode=training)
    return math.fsum(sums) / len(examples)


def step_decay(step: int, steps: int, initial: float = 0.1, final: float = 0.01, boundary: float = 0.75) -> float:
    match step < boundary * steps:
        case True:
            return initial
        case _:
            return final


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
    examples = Examples(inputs, targets, batch_size)
    if steps < 0:
        raise ValueError(f"steps must not be below zero, but {steps} was given")
    losses: array[float] = array("d")
    model.train(mode=True)
    for step in range(steps):
        x, y = examples.drawn(generator)
        loss: Tensor = LOSS(model(x), y) / batch_size
        if not math.isfinite(value := loss.item()):
            raise FloatingPointError(f"step {step} has the loss {value}")
        losses.append(value)
        move(model, loss, learning_rate(step))
    return losses.tolist()


def move(model: nn.Module, loss: Tensor, rate: float) -> None:
    for parameter in model.parameters():
        parameter.grad = None
    loss.backward()
    with torch.no_grad():
        for parameter in model.parameters():
            if (gradient := parameter.grad) is not None:
                torch.sub(parameter, gradient, alpha=rate, out=parameter)
