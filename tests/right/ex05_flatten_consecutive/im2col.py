"""`nn.Unfold` of an image one pixel high; its columns are channel-major, so they are turned."""

from torch import nn
from torch.nn import functional as F


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group = {group} is below 1")
        self.group = group

    def forward(self, x):
        _batch, time, channels = x.shape
        if time % self.group != 0:
            raise ValueError(f"{time} positions cannot be split into groups of {self.group}")
        columns = F.unfold(x.transpose(1, 2).unsqueeze(2), (1, self.group), stride=(1, self.group))
        turned = columns.unflatten(1, (channels, self.group)).permute(0, 3, 2, 1).flatten(2)
        return turned.squeeze(1)
