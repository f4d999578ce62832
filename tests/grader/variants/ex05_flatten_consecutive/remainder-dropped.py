from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"the group cannot be {group}")
        self.group = group

    def forward(self, x):
        B, T, C = x.shape
        windows = x.unfold(1, self.group, self.group)
        out = windows.transpose(2, 3).reshape(B, T // self.group, self.group * C)
        return out.squeeze(1) if T // self.group == 1 else out
