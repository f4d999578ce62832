from math import isfinite

import torch
from torch import nn, optim


def mean_loss(model, inputs, targets, batch_size=4096):
    check(inputs, targets, batch_size=(batch_size, 1))
    mode = model.training
    model.train(False)
    criterion = nn.CrossEntropyLoss(reduction="none")
    losses = []
    try:
        with torch.no_grad():
            for i in range(0, inputs.shape[0], batch_size):
                losses.append(criterion(model(inputs[i : i + batch_size]), targets[i : i + batch_size]))
    finally:
        model.train(mode)
    return torch.cat(losses).mean().item()


def step_decay(step, steps, initial=0.1, final=0.01, boundary=0.75):
    return final if step >= boundary * steps else initial


def train(model, inputs, targets, *, steps, batch_size=32, learning_rate, generator):
    check(inputs, targets, batch_size=(batch_size, 1), steps=(steps, 0))
    optimizer = optim.SGD(model.parameters(), lr=1.0)
    criterion = nn.CrossEntropyLoss()
    history = []
    model.train()
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = learning_rate(step)
        rows = torch.randint(len(inputs), (batch_size,), generator=generator)
        loss = criterion(model(inputs[rows]), targets[rows])
        loss.backward()
        if not isfinite(loss):
            raise FloatingPointError("loss is " + str(loss.item()) + " at step " + str(step))
        optimizer.zero_grad()
        optimizer.step()
        history += [loss.item()]
    return history


def check(inputs, targets, **sizes):
    for name, (value, least) in sizes.items():
        if value < least:
            raise ValueError(f"{name} is {value}, which is below {least}")
    if inputs.shape[0] != targets.shape[0]:
        raise ValueError(f"inputs {tuple(inputs.shape)} and targets {tuple(targets.shape)} do not belong together")
    if not inputs.shape[0]:
        raise ValueError(f"inputs is empty: {tuple(inputs.shape)}")
