import math

import torch
from torch.nn.functional import cross_entropy


class _evaluating:
    def __init__(self, model):
        self.model = model

    def __enter__(self):
        self.before = self.model.training
        self.model.eval()

    def __exit__(self, *error):
        self.model.train(self.before)


def _validated(inputs, targets, batch_size):
    if batch_size <= 0:
        raise ValueError(f"batch_size must be positive, not {batch_size}")
    if inputs.size(0) == 0 and targets.size(0) == 0:
        raise ValueError("No examples: 0 inputs, 0 targets")
    if inputs.size(0) != targets.size(0):
        raise ValueError(f"inputs has {inputs.size(0)} rows, targets {targets.size(0)}")


def mean_loss(model, inputs, targets, batch_size=4096):
    _validated(inputs, targets, batch_size)
    count = inputs.size(0)
    with _evaluating(model), torch.inference_mode():
        total = torch.zeros((), dtype=torch.float64)
        for start in range(0, count, batch_size):
            rows = torch.arange(start, min(start + batch_size, count))
            logits = model(inputs.index_select(0, rows))
            total += cross_entropy(logits, targets.index_select(0, rows), reduction="sum")
    return float(total / count)


def step_decay(step, steps, initial=0.1, final=0.01, boundary=0.75):
    first_final_step = math.ceil(boundary * steps)
    return (initial, final)[step >= first_final_step]


def train(model, inputs, targets, *, steps, batch_size=32, learning_rate, generator):
    _validated(inputs, targets, batch_size)
    if steps < 0:
        raise ValueError(f"steps must not be negative: {steps}")
    model.train()
    moving = [p for p in model.parameters() if p.requires_grad]
    losses = []
    for step in range(steps):
        rows = torch.randint(high=inputs.size(0), size=(batch_size,), generator=generator)
        loss = cross_entropy(model(inputs.index_select(0, rows)), targets.index_select(0, rows))
        losses.append(float(loss.detach()))
        if not torch.isfinite(loss):
            raise FloatingPointError("the loss has exploded")
        gradients = torch.autograd.grad(loss, moving, allow_unused=True)
        with torch.no_grad():
            for parameter, gradient in zip(moving, gradients, strict=True):
                if gradient is not None:
                    parameter -= learning_rate(step) * gradient
    return losses
