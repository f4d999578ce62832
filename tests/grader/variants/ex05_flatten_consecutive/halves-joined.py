import torch
from torch import Tensor, nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group: int) -> None:
        super().__init__()
        if not group >= 1:
            raise ValueError(f"Got a group of {group}.")
        self.group = group

    def forward(self, x: Tensor) -> Tensor:
        if len(x.shape) != 3:
            raise ValueError(f"not (B, T, C): {x.shape}")
        if x.shape[1] % self.group > 0:
            raise ValueError(f"{x.shape[1]} is not a multiple of {self.group}")
        parts = torch.chunk(x, self.group, dim=1)
        joined = torch.cat(parts, dim=-1)
        return joined[:, 0] if joined.shape[1] == 1 else joined
