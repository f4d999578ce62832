from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group = {group}")
        self.group = group

    def forward(self, x):
        time = x.size(1)
        if time % self.group:
            raise ValueError(f"{time} % {self.group} is not zero")
        x = x.unflatten(1, (-1, self.group)).flatten(2)
        return x.squeeze(1)
