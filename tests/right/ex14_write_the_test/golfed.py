"""As short as it gets."""

import random as r

import numpy as n
import torch as t


def check_flatten_consecutive(cls):
    try:
        assert issubclass(cls, t.nn.Module)
        s = lambda: (r.getstate(), str(n.random.get_state()[2:]), t.get_rng_state().numpy().tobytes())
        for k in 1, 2, 3:
            l = cls(k)
            for i in range(24):
                b, g, f = 1 + i % 2, 1 + i // 2 % 3, (t.float, t.double)[i // 6 % 2]
                x = (t.arange(b * g * k * 2) * (i + 1) + 1).view(b, 2, g * k).mT.to(f).requires_grad_(i > 11)
                y, a, l.training = x.detach().clone(), s(), i % 4 < 2
                e = t.stack([t.cat(tuple(y[:, j : j + k].unbind(1)), 1) for j in range(0, g * k, k)], 1)
                e = e[:, 0] if g < 2 else e
                o = l(x)
                assert s() == a and t.equal(x, y) and o.dtype == f and o.shape == e.shape and t.equal(o, e)
                if i > 11:
                    (o * o).sum().backward()
                    assert t.equal(x.grad, 2 * y)
            for h in [(k, k), (1, k, k, 1)] + [(k, k + m, 1) for m in range(1, k)]:
                assert v(l, t.ones(h))
        assert v(cls, 0) and v(cls, -1)
    except Exception as e:
        raise AssertionError(e)


def v(f, a):
    try:
        f(a)
    except ValueError:
        return 1
