import torch.nn as nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group was {group}")
        self.n = group

    def forward(self, x):
        B, T, C = x.shape
        if T % self.n:
            raise ValueError(f"T was {T}")
        x = x.view(B, T // self.n, -1)
        if x.shape[1] == 1:
            x = x.squeeze(1)
        self.out = x
        return self.out
