from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group {group} must be positive")
        self.group = group

    def forward(self, x):
        B, T, C = x.shape
        x = x.unflatten(1, (T // self.group, self.group)).flatten(2, 3)
        if x.shape[1] == 1:
            return x.squeeze(1)
        return x
