"""All complaints are collected, and raised together at the end; each trial is a generator's step."""

import random
import traceback

import numpy as np
import torch


class Complaints(list):
    def expect(self, truth, sentence):
        if not truth:
            self.append(sentence)


def check_flatten_consecutive(cls: type) -> None:
    complaints = Complaints()
    for trial in (modules, values, refusals, gradients, effects, memory):
        try:
            trial(cls, complaints)
        except Exception:
            complaints.append(f"{trial.__name__} ends in {traceback.format_exc(limit=1)}")
    if complaints:
        raise AssertionError("\n".join(complaints))


def rule(x, group):
    """Element by element."""
    batch, time, channels = x.shape
    out = torch.empty(batch, time // group, group * channels, dtype=x.dtype)
    for t in range(time // group):
        for c in range(group * channels):
            out[:, t, c] = x[:, t * group + c // channels, c % channels]
    return out[:, 0, :] if out.shape[1] == 1 else out


def alike(got, wanted):
    return (
        isinstance(got, torch.Tensor)
        and got.size() == wanted.size()
        and got.dtype is wanted.dtype
        and not (got != wanted).any()
    )


def inputs(group, seed):
    draw = np.random.default_rng(seed)
    for batch in (1, 2, 4):
        for groups in (1, 2, 4):
            yield torch.from_numpy(draw.normal(size=(batch, groups * group, 2)))


def modules(cls, complaints):
    complaints.expect(torch.nn.Module in cls.mro(), "no module")
    complaints.expect(alike(torch.nn.Sequential(cls(2))(torch.ones(1, 4, 1)), torch.ones(1, 2, 2)), "not in a row")


def values(cls, complaints):
    for group in (4, 3, 2, 1):
        layer = cls(group=group) if False else cls(group)
        for mode in (layer.eval, layer.train):
            mode()
            for x in inputs(group, seed=7):
                complaints.expect(alike(layer.double()(x), rule(x, group)), f"values in float64, group {group}")
        layer = cls(group)
        for x in inputs(group, seed=8):
            x = x.float()
            complaints.expect(alike(layer(x), rule(x, group)), f"values in float32, group {group}")


def refusals(cls, complaints):
    layer = cls(3)
    calls = [(cls, 0), (cls, -2), *((layer, torch.ones(shape)) for shape in [(3, 4, 1), (1, 5, 1), (3, 3), (1, 3, 1, 3)])]
    for function, argument in calls:
        try:
            function(argument)
            complaints.append(f"{argument} was taken")
        except ValueError:
            pass


def gradients(cls, complaints):
    for group in (2, 3):
        x = torch.rand(2, 2 * group, 2, dtype=torch.float64, generator=torch.Generator()).requires_grad_()
        complaints.expect(torch.autograd.gradcheck(cls(group).double(), (x,), raise_exception=False), "gradient")


def effects(cls, complaints):
    layer = cls(2)
    for x in inputs(2, seed=9):
        x = x.float()
        copy = x + 0
        seen = [random.getstate(), torch.get_rng_state().numpy().tobytes(), *map(str, np.random.get_state())]
        first, second, third = layer(x), layer(x + 1), layer(x)
        now = [random.getstate(), torch.get_rng_state().numpy().tobytes(), *map(str, np.random.get_state())]
        complaints.expect(seen == now, "random state")
        complaints.expect(alike(x, copy), "x was changed")
        complaints.expect(alike(second, rule(copy + 1, 2)) and alike(third, rule(copy, 2)), "a later call")


def memory(cls, complaints):
    for group in (2, 3):
        for x in inputs(group, seed=10):
            turned = x.float().movedim(1, 2).contiguous().movedim(2, 1)
            complaints.expect(alike(cls(group)(turned), rule(turned, group)), "another order in memory")
