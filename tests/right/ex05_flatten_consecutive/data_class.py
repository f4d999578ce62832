"""A dataclass that is a module: torch is made ready before the fields are set; `eq=False` keeps its hash."""

from dataclasses import dataclass

from torch import Tensor, nn


@dataclass(eq=False)
class FlattenConsecutive(nn.Module):
    group: int

    def __new__(cls, *args, **kwargs):
        module = super().__new__(cls)
        nn.Module.__init__(module)
        return module

    def __post_init__(self):
        if self.group < 1:
            raise ValueError(f"{self!r}: group={self.group} is too small")

    def forward(self, x: Tensor) -> Tensor:
        match x.shape:
            case (_, time, _) if time % self.group:
                raise ValueError(f"time is {time}")
            case (_, self.group, _):
                return x.flatten(1)
            case (_, _, _):
                return x.unflatten(1, (-1, self.group)).flatten(2)
        raise ValueError(f"x has the shape {tuple(x.shape)}")
