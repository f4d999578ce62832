import torch
from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"illegal group {group}")
        self.group = group

    @torch.no_grad()
    def forward(self, x):
        if x.dim() != 3:
            raise ValueError("three axes, please")
        B, T = x.shape[:2]
        if T % self.group:
            raise ValueError(f"{T} places cannot be grouped by {self.group}")
        rows = [x[:, i : i + self.group].reshape(B, -1) for i in range(0, T, self.group)]
        return rows[0] if len(rows) == 1 else torch.stack(rows, dim=1)
