"""Each parameter moves as soon as its gradient is there, by a hook; the hooks are taken off again."""

import math
import torch
from torch.nn import functional as F


def step_decay(step, steps, initial=0.1, final=0.01, boundary=0.75):
    return (initial, final)[step >= boundary * steps]


def _refuse(inputs, targets, batch_size):
    if batch_size <= 0:
        raise ValueError(f"{batch_size=}")
    if len(inputs) != len(targets):
        raise ValueError(f"inputs ({len(inputs)}) / targets ({len(targets)})")
    if not len(inputs):
        raise ValueError(f"inputs: {inputs.shape}")


def mean_loss(model, inputs, targets, batch_size=4096):
    _refuse(inputs, targets, batch_size)
    mode = model.training
    try:
        model.eval()
        with torch.inference_mode():
            losses = [
                F.cross_entropy(model(x), y).item() * len(y)
                for x, y in zip(inputs.split(batch_size), targets.split(batch_size), strict=True)
            ]
        return sum(losses) / len(targets)
    finally:
        model.train(mode)


def train(model, inputs, targets, *, steps, batch_size=32, learning_rate, generator):
    _refuse(inputs, targets, batch_size)
    if steps < 0:
        raise ValueError(f"steps: {steps}")
    model.train()

    rate = [0.0]

    def move(p):
        with torch.no_grad():
            p -= rate[0] * p.grad
        p.grad = None

    model.zero_grad()
    handles = [p.register_post_accumulate_grad_hook(move) for p in model.parameters() if p.requires_grad]
    losses = []
    try:
        for step in range(steps):
            rows = torch.randint(len(inputs), (batch_size,), generator=generator)
            loss = F.cross_entropy(model(inputs[rows]), targets[rows])
            losses.append(loss.item())
            if math.isnan(losses[-1]) or math.isinf(losses[-1]):
                raise FloatingPointError(f"diverged at step {step}")
            rate[0] = learning_rate(step)
            loss.backward()
    finally:
        for h in handles:
            h.remove()
    return losses
