"""Indices of all positions, then one advanced index; group is kept as a buffer."""

import torch
from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        if group <= 0:
            raise ValueError("FlattenConsecutive: group must be positive but is " + str(group))
        super().__init__()
        self.register_buffer("offsets", torch.arange(group), persistent=False)

    def forward(self, x):
        if x.dim() == 3 and x.size(1) % len(self.offsets) == 0:
            starts = torch.arange(0, x.size(1), len(self.offsets))
            blocks = x[:, starts[:, None] + self.offsets]
            joined = torch.cat(blocks.unbind(2), dim=2)
            return joined.squeeze(dim=1)
        raise ValueError(f"shape {list(x.shape)} does not fit")
