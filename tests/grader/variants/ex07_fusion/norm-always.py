import torch
from torch import nn

from .ex05_flatten_consecutive import FlattenConsecutive
from .ex06_batch_norm import BatchNorm1d


class Fusion(nn.Module):
    def __init__(self, in_features: int, out_features: int, group: int = 2, normalize: bool = True) -> None:
        super().__init__()
        self.flatten, self.norm = FlattenConsecutive(group), BatchNorm1d(out_features)
        if normalize:
            self.linear = nn.Linear(group * in_features, out_features, bias=False)
        else:
            self.linear = nn.Linear(group * in_features, out_features)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.tanh(self.norm(self.linear(self.flatten(x))))
