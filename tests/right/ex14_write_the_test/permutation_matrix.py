"""A matrix of zeros and ones says where each value goes; its transpose says where the gradients go."""

import random
import numpy as np
import torch
from torch import nn

import contextlib


@contextlib.contextmanager
def refused():
    try:
        yield
    except ValueError:
        return
    assert False, "not refused"


@contextlib.contextmanager
def untouched():
    a, b, c = random.getstate(), np.random.get_state(), torch.get_rng_state()
    yield
    assert random.getstate() == a
    assert all(np.array_equal(p, q) for p, q in zip(np.random.get_state(), b))
    assert torch.equal(torch.get_rng_state(), c)


def permutation(B, T, C, g):
    """Row: place in the result; column: place in x."""
    n = T // g
    P = torch.zeros(B * T * C, B * T * C, dtype=torch.float64)
    r = 0
    for b in range(B):
        for i in range(n):
            for t in range(i * g, i * g + g):
                for c in range(C):
                    P[r, (b * T + t) * C + c] = 1
                    r += 1
    return P


def _judge(cls):
    assert nn.Module in cls.__mro__
    with refused():
        cls(0)
    with refused():
        cls(-3)
    for g, B, n, C in [
        (2, 1, 1, 1),
        (2, 2, 1, 3),
        (2, 2, 3, 2),
        (2, 1, 4, 2),
        (1, 2, 1, 2),
        (1, 1, 3, 2),
        (3, 2, 2, 2),
        (3, 1, 1, 2),
        (4, 3, 2, 1),
        (5, 2, 1, 2),
        (3, 3, 3, 3),
    ]:
        layer = cls(g)
        T = n * g
        P = permutation(B, T, C, g)
        gen = torch.Generator().manual_seed(7)
        for mode in (True, False, True):
            layer.train(mode)
            for dtype in (torch.float32, torch.float64):
                for view in (
                    lambda x: x,
                    lambda x: x.mT.clone(memory_format=torch.contiguous_format).mT,
                    lambda x: torch.stack([x, x], -1)[..., 0],
                    lambda x: x.flip(0).flip(0),
                ):
                    x = view(torch.randn(B, T, C, generator=gen, dtype=dtype)).requires_grad_()
                    keep = x.detach().clone()
                    with untouched():
                        y = layer(x)
                    assert torch.is_tensor(y) and y.dtype is dtype
                    assert list(y.shape) == ([B, g * C] if n == 1 else [B, n, g * C])
                    want = (P @ keep.flatten().double()).to(dtype).view(y.shape)
                    assert torch.equal(y.detach(), want)
                    assert torch.equal(x.detach(), keep)
                    s = torch.randn(y.shape, generator=gen, dtype=dtype)
                    y.backward(s)
                    assert x.grad is not None and torch.equal(x.grad.flatten().double(), P.T @ s.flatten().double())
                    assert torch.equal(x.detach(), keep)
        for bad in [(B, T + 1, C)] if g > 1 else []:
            with refused():
                layer(torch.zeros(bad))
        if g > 1:
            with refused():
                layer(torch.zeros(g, T + g - 1, C))
            with refused():
                layer(torch.zeros(g, g - 1, C))
        with refused():
            layer(torch.zeros(T, C))
        with refused():
            layer(torch.zeros(B, T, C, 2))
        with refused():
            layer(torch.zeros(2, B, T, C))
        with refused():
            layer(torch.zeros(T))


def check_flatten_consecutive(cls: type) -> None:
    verdict = None
    try:
        _judge(cls)
    except Exception as error:
        verdict = error
    if verdict is not None:
        raise AssertionError(f"{type(verdict).__name__}: {verdict}")
