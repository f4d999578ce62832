import random

import numpy
import torch
from torch import nn

SHAPES = [(1, 1), (1, 2), (2, 1), (2, 3), (3, 2)]  # windows and groups
GROUPS = [1, 2, 3, 5]


def numbered(*shape, start=0, dtype=torch.float32):
    return torch.arange(start, start + torch.Size(shape).numel(), dtype=dtype).reshape(shape)


def rule(x, n):
    rows = [[sum(window[s : s + n], []) for s in range(0, len(window), n)] for window in x.tolist()]
    if x.shape[1] == n:
        rows = [row[0] for row in rows]
    return torch.tensor(rows, dtype=x.dtype)


def equal(got, wanted):
    assert type(got) is torch.Tensor
    assert (got.shape, got.dtype) == (wanted.shape, wanted.dtype), (got.shape, got.dtype)
    assert (got == wanted).all()


def is_a_module(cls):
    assert isinstance(cls(2), nn.Module)


def has_the_values_of_the_rule(cls):
    for n in GROUPS:
        for b, g in SHAPES:
            for dtype in (torch.float32, torch.float64):
                x = numbered(b, g * n, 2, dtype=dtype)
                equal(cls(n)(x), rule(x, n))


def is_the_same_in_evaluation(cls):
    for n in GROUPS:
        x = numbered(3, 3 * n, 2)
        equal(cls(n).eval()(x), rule(x, n))
        equal(cls(n).train()(x), rule(x, n))


def remembers_nothing(cls):
    for start in (5, 9, 1):
        for b, g in SHAPES:
            x = numbered(b, g * 2, 3, start=start)
            equal(cls(2)(x), rule(x, 2))
            layer = cls(2)
            layer(x)
            equal(layer(x), rule(x, 2))


def reads_any_memory(cls):
    for x in (numbered(2, 3, 6).transpose(1, 2), numbered(2, 12, 3)[:, ::2], numbered(2, 6, 6)[..., 1::2]):
        equal(cls(3)(x), rule(x, 3))


def leaves_x(cls):
    for x in (numbered(2, 6, 3, start=1), numbered(2, 3, 6, start=1).mT):
        kept = x.tolist()
        cls(2)(x)
        assert x.tolist() == kept and x.shape[1] == 6


def leaves_chance_alone(cls):
    layer = cls(2)
    states = random.getstate(), str(numpy.random.get_state()), torch.get_rng_state().tolist()
    layer(numbered(1, 4, 1))
    assert states == (random.getstate(), str(numpy.random.get_state()), torch.get_rng_state().tolist())


def gives_gradients_back(cls):
    for n in (2, 3):
        x = numbered(2, 2 * n, 2, dtype=torch.float64).requires_grad_()
        factors = numbered(*rule(x, n).shape, start=1, dtype=torch.float64)
        (gradient,) = torch.autograd.grad((cls(n)(x) * factors).sum(), x)
        equal(gradient, factors.reshape(x.shape))


def refuses(call, *arguments):
    try:
        call(*arguments)
    except ValueError:
        return
    assert False, f"{arguments} taken"


def refuses_what_it_should(cls):
    for n in (0, -1, -4):
        refuses(cls, n)
    for shape in ((1, 3, 2), (2, 5, 1), (2, 3, 2), (4,), (4, 2), (1, 4, 2, 1)):
        refuses(cls(2), numbered(*shape))


PROPERTIES = [
    is_a_module,
    has_the_values_of_the_rule,
    is_the_same_in_evaluation,
    remembers_nothing,
    reads_any_memory,
    leaves_x,
    leaves_chance_alone,
    gives_gradients_back,
    refuses_what_it_should,
]


def check_flatten_consecutive(cls):
    for holds in PROPERTIES:
        try:
            holds(cls)
        except Exception as error:
            raise AssertionError(f"{holds.__name__.replace('_', ' ')}: no ({error!r})")
