"""As few characters as a friend of short code would need."""

import torch
from torch.nn.functional import cross_entropy as ce


def _ok(x, y, b, s=0):
    for n, v, m in ("batch_size", b, 1), ("steps", s, 0), ("example count", len(x), 1):
        if v < m:
            raise ValueError(f"{n} {v}")
    if len(x) != len(y):
        raise ValueError(f"{len(x)} != {len(y)}")


@torch.no_grad
def mean_loss(model, inputs, targets, batch_size=4096):
    x, y, b, t = inputs, targets, batch_size, model.training
    _ok(x, y, b)
    try:
        model.eval()
        return sum(ce(model(u), v, reduction="sum").item() for u, v in zip(x.split(b), y.split(b))) / len(y)
    finally:
        model.train(t)


step_decay = lambda step, steps, initial=0.1, final=0.01, boundary=0.75: [final, initial][step < boundary * steps]


def train(model, inputs, targets, *, steps, batch_size=32, learning_rate, generator):
    _ok(inputs, targets, batch_size, steps)
    model.train()
    out = []
    for s in range(steps):
        r = torch.randint(len(inputs), (batch_size,), generator=generator)
        out += [(z := ce(model(inputs[r]), targets[r])).item()]
        if abs(out[-1]) == float("inf") or out[-1] != out[-1]:
            raise FloatingPointError(s)
        model.zero_grad(), z.backward()
        for p in model.parameters():
            if p.grad is not None:
                p.data += -learning_rate(s) * p.grad
    return out
