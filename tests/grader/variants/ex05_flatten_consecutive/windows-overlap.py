import torch
from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"bad group {group}")
        self.group = group

    def forward(self, x):
        _, time, _ = x.shape
        if time % self.group:
            raise ValueError(f"bad length {time}")
        rows = []
        for g in range(time // self.group):
            neighbours = [x[:, g + k] for k in range(self.group)]
            rows.append(torch.cat(neighbours, dim=1))
        if len(rows) == 1:
            return rows[0]
        return torch.stack(rows, dim=1)
