from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group must be 1 or more, not {group}")
        self.group = group

    def forward(self, x):
        if x.dim() != 3 or x.shape[1] % self.group != 0:
            raise ValueError(f"wrong shape {list(x.shape)} for group {self.group}")
        x = x.unflatten(1, (self.group, -1)).flatten(2)
        if x.shape[1] == 1:
            x = x.squeeze(1)
        return x
