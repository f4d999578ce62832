"""`nn.Unflatten` and `nn.Flatten` as parts, the property `group` read-only."""

from torch import nn


class FlattenConsecutive(nn.Sequential):
    def __init__(self, group: int):
        if not group >= 1:
            raise ValueError(f"the group is {group}")
        super().__init__(nn.Unflatten(1, (-1, group)), nn.Flatten(2))
        self.size = group

    def forward(self, x):
        _, time, _ = x.shape
        groups, rest = divmod(time, self.size)
        if rest:
            raise ValueError(f"time {time}: {rest} left over")
        out = super().forward(x)
        return out if groups != 1 else out.reshape(len(x), -1)
