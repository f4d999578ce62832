import torch
from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        if group < 1:
            raise ValueError(f"group must not be {group}")
        self.group = group

    def forward(self, x):
        batch, time, channels = x.shape
        if time % self.group:
            raise ValueError(f"time must not be {time}")
        out = torch.zeros(batch, time // self.group, self.group * channels)
        for k in range(self.group):
            out[:, :, k * channels : (k + 1) * channels] = x[:, k :: self.group]
        return out.squeeze(1)
