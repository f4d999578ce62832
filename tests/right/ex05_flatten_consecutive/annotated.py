"""Fully annotated, with attributes and a buffer that nobody asked for, and errors of a class of its own."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn


class ShapeError(ValueError):
    """A size that does not fit."""


class FlattenConsecutive(nn.Module):
    TIME: Final[int] = 1
    calls: Tensor

    def __init__(self, group: int) -> None:
        super().__init__()
        if group < 1:
            raise ShapeError(f"Argument 'Group' must be positive (it is {group:d}).")
        self.group: Final[int] = group
        self.last_shape: torch.Size | None = None
        self.register_buffer("calls", torch.zeros((), dtype=torch.int64))

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != 3:
            raise ShapeError(f"Expected three axes, got {x.ndim}.")
        if remainder := x.size(self.TIME) % self.group:
            raise ShapeError(f"{x.size(self.TIME)} positions leave {remainder} over.")
        self.calls += 1
        joined: Tensor = torch.cat(x.unflatten(self.TIME, (-1, self.group)).unbind(2), dim=-1)
        self.last_shape = joined.shape
        return joined.squeeze(self.TIME)
