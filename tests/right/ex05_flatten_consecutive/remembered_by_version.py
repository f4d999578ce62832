"""The last result is remembered for its input, as long as torch counts no change in it; each caller gets a copy."""

import weakref

from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group: int) -> None:
        super().__init__()
        if group <= 0:
            raise ValueError(f"{group=}")
        self.group = group
        self._last = lambda: None, -1, None

    def forward(self, x):
        if x.dim() != 3 or x.size(1) % self.group:
            raise ValueError(f"x has the shape {tuple(x.size())}")
        seen, version, joined = self._last
        if x.requires_grad or seen() is not x or version != x._version:
            joined = x.unflatten(1, (-1, self.group)).flatten(2)
            joined = joined.flatten(1) if x.size(1) == self.group else joined
            if x.requires_grad:
                return joined
            joined = joined.clone()
            self._last = weakref.ref(x), x._version, joined
        return joined.clone()
