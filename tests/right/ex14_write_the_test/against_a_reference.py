"""A reference of one's own, and torch.testing to compare: the same calls on both, in a class that keeps them."""

import copy
import random
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.testing import assert_close


class Reference(nn.Module):
    def __init__(self, group: int):
        super().__init__()
        self.group = group

    def forward(self, x: Tensor) -> Tensor:
        batch, time, channels = x.shape
        out = torch.zeros(batch, time // self.group, self.group, channels, dtype=x.dtype)
        for t in range(time):
            out[:, t // self.group, t % self.group] = x[:, t]
        out = out.flatten(2)
        return out.select(1, 0) if time == self.group else out


@dataclass
class Comparison:
    cls: type
    group: int

    def __post_init__(self):
        self.layer, self.reference = self.cls(self.group), Reference(self.group)

    def on(self, x: Tensor) -> None:
        mine, theirs = x.clone().requires_grad_(), x.clone().requires_grad_()
        wanted, got = self.reference(mine), self.layer(theirs)
        assert_close(got, wanted, rtol=0, atol=0)
        towards = torch.linspace(1, 2, wanted.numel(), dtype=x.dtype).reshape(wanted.shape)
        wanted.backward(towards)
        got.backward(towards)
        assert_close(theirs.grad, mine.grad, rtol=0, atol=0)

    def effects_on(self, x: Tensor) -> None:
        before, seen = copy.deepcopy(x), self.states()
        got = self.layer(x)
        assert self.states() == seen, "drew"
        assert_close(x, before, rtol=0, atol=0)
        assert_close(got, self.reference(before), rtol=0, atol=0)

    @staticmethod
    def states():
        _, keys, *rest = np.random.get_state()
        return [random.getstate(), keys.tobytes(), rest, torch.get_rng_state().numpy().tobytes()]

    def refusals(self) -> None:
        for shape in [(self.group,), (self.group, self.group), (1, self.group, 1, 1), *self.remainders()]:
            if self.accepts(torch.ones(shape)):
                raise AssertionError(f"{shape} accepted")

    def remainders(self):
        return [(batch, self.group + rest, 2) for batch in (1, self.group) for rest in range(1, self.group)]

    def accepts(self, x: Tensor) -> bool:
        try:
            self.layer(x)
            return True
        except ValueError:
            return False


def compare(cls: type) -> None:
    if not issubclass(cls, nn.Module):
        raise AssertionError(f"{cls.__name__} is not an nn.Module")
    for group in (-1, 0):
        try:
            cls(group)
        except ValueError:
            continue
        raise AssertionError(f"a group of {group} accepted")
    for group in (1, 2, 3):
        comparison = Comparison(cls, group)
        for step, (batch, groups) in enumerate([(1, 1), (1, 3), (3, 1), (2, 2)]):
            size = batch, groups * group, 3
            for dtype in (torch.float32, torch.float64):
                comparison.layer.train(step % 2 == 0)
                x = torch.randn(size, dtype=dtype, generator=torch.Generator().manual_seed(step))
                comparison.on(x)
                comparison.effects_on(torch.stack([x, x], dim=-1)[..., 0])
                comparison.layer.train(step % 2 == 1)
                comparison.effects_on(x.mT.contiguous().mT - 1)
        comparison.refusals()


def check_flatten_consecutive(cls: type) -> None:
    try:
        compare(cls)
    except Exception as error:
        raise (error if isinstance(error, AssertionError) else AssertionError(str(error)))
