"""The sequence split into groups, each flattened, stacked along a new time axis."""

import torch
from torch import Tensor, nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group = {group} is below 1")
        self.group = group

    def forward(self, x: Tensor) -> Tensor:
        if x.dim() != 3 or x.shape[1] % self.group > 0:
            raise ValueError(f"x has shape {x.shape}; its second size must be a multiple of {self.group}")
        pieces = [piece.flatten(1) for piece in x.split(self.group, dim=1)]
        return pieces[0] if len(pieces) == 1 else torch.stack(pieces, dim=1)
