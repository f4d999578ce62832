from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group {group} must be positive")
        self.group = group

    def forward(self, x):
        _, T, C = x.shape
        groups, wide = T // self.group, C * self.group
        if groups == 1:
            return x.reshape(-1, wide)
        return x.reshape(-1, groups, wide)
