from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError("group is %d" % group)
        self.group = group

    def forward(self, x):
        B, T, C = x.shape
        if T % self.group:
            raise ValueError("T is %d" % T)
        flat = x.permute(0, 2, 1).flatten(1)
        if T == self.group:
            return flat
        return flat.view(B, T // self.group, -1)
