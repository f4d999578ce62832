"""The loss is measured on a copy of the model, so nothing must be put back; rows and rates are drawn up in advance."""

import copy
import math

import torch
from torch import nn


def mean_loss(model, inputs, targets, batch_size=4096):
    _refuse_bad_arguments(inputs, targets, batch_size)
    judge = copy.deepcopy(model).eval().requires_grad_(False)
    n = len(inputs)
    losses = []
    start = 0
    while start < n:
        log_p = judge(inputs[start : start + batch_size]).log_softmax(-1)
        one_hot = nn.functional.one_hot(targets[start : start + batch_size], log_p.shape[-1])
        losses += (-(one_hot * log_p).sum(dim=1)).tolist()
        start += batch_size
    return math.fsum(losses) / n


def step_decay(step, steps, initial=0.1, final=0.01, boundary=0.75):
    return {True: initial, False: final}[step < steps * boundary]


def train(model, inputs, targets, *, steps, batch_size=32, learning_rate, generator):
    _refuse_bad_arguments(inputs, targets, batch_size)
    if steps < 0:
        raise ValueError(f"Steps should be 0 or more and not {steps}")
    plan = [(torch.randint(len(inputs), (batch_size,), generator=generator), learning_rate(i)) for i in range(steps)]
    model.train()
    losses = []
    for step, (rows, rate) in enumerate(plan):
        log_p = model(inputs[rows]).log_softmax(-1)
        one_hot = nn.functional.one_hot(targets[rows], log_p.shape[-1])
        loss = -(one_hot * log_p).sum() / batch_size
        if not math.isfinite(loss.item()):
            raise FloatingPointError(f"{loss.item()} (step={step})")
        losses.append(loss.item())
        for parameter in model.parameters():
            parameter.grad = None
        loss.backward()
        movable = [p for p in model.parameters() if p.grad is not None]
        with torch.no_grad():
            torch._foreach_add_(movable, [p.grad for p in movable], alpha=-rate)
    return losses


def _refuse_bad_arguments(inputs, targets, batch_size):
    if batch_size < 1:
        raise ValueError(f"Batch size should be 1 or more and not {batch_size}")
    if inputs.shape[0] != targets.shape[0]:
        raise ValueError(f"shapes {tuple(inputs.shape)} and {tuple(targets.shape)}")
    if inputs.shape[0] == 0:
        raise ValueError(f"shapes {tuple(inputs.shape)} and {tuple(targets.shape)}: empty")
