"""Each step moves first and is taken back where its loss was not finite; every module's mode is remembered."""

import contextlib

import torch
from torch.nn import functional as F


class BadArgument(ValueError):
    pass


class Exploded(FloatingPointError):
    pass


@contextlib.contextmanager
def evaluation_of(model):
    modes = {module: module.training for module in model.modules()}
    try:
        with torch.no_grad():
            yield model.eval()
    finally:
        for module, training in modes.items():
            module.training = training


def demand(inputs, targets, batch_size):
    if batch_size < 1:
        raise BadArgument("batch_size", batch_size)
    if len(inputs) != len(targets):
        raise BadArgument("inputs and targets", len(inputs), len(targets))
    if not len(inputs):
        raise BadArgument("inputs", len(inputs))


def mean_loss(model, inputs, targets, batch_size=4096):
    demand(inputs, targets, batch_size)
    total = count = 0
    with evaluation_of(model) as judge:
        while count < len(inputs):
            batch = slice(count, count + batch_size)
            probabilities = F.softmax(judge(inputs[batch]), dim=1)
            held = len(probabilities)
            total -= probabilities[torch.arange(held), targets[batch]].log().sum().item()
            count += held
    return total / count


def step_decay(step, steps, initial=0.1, final=0.01, boundary=0.75):
    return (final, initial)[int(step < boundary * steps)]


def train(model, inputs, targets, *, steps, batch_size=32, learning_rate, generator):
    demand(inputs, targets, batch_size)
    if steps < 0:
        raise BadArgument("steps", steps)
    model.train()
    return [one_step(model, inputs, targets, step, batch_size, learning_rate, generator) for step in range(steps)]


def one_step(model, inputs, targets, step, batch_size, learning_rate, generator):
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    rows = torch.randint(len(inputs), (batch_size,), generator=generator)
    model.zero_grad(set_to_none=False)
    loss = F.cross_entropy(model(inputs[rows]), targets[rows], reduction="sum") / batch_size
    loss.backward()
    rate = learning_rate(step)
    for parameter in model.parameters():
        if parameter.grad is not None:
            parameter.data = parameter.data.sub(parameter.grad.mul(rate))
    if not torch.isfinite(loss).item():
        for name, parameter in model.named_parameters():
            parameter.data.copy_(before[name])
        raise Exploded(step)
    return loss.item()
