import math

import torch
import torch.nn.functional as F


def mean_loss(model, inputs, targets, batch_size=4096):
    if batch_size < 1:
        raise ValueError("batch_size is " + str(batch_size))
    if len(inputs) == 0:
        raise ValueError("inputs is empty, its length is 0")
    if len(inputs) != len(targets):
        raise ValueError("inputs has " + str(len(inputs)) + " rows, targets has " + str(len(targets)))
    was_training = model.training
    model.eval()
    total = 0.0
    try:
        with torch.no_grad():
            for i in range(0, len(inputs), batch_size):
                xb = inputs[i:i + batch_size]
                yb = targets[i:i + batch_size]
                logits = model(xb)
                loss = F.cross_entropy(logits, yb, reduction="sum")
                total = total + loss.item()
    finally:
        model.train(was_training)
    return total / len(inputs)


def step_decay(step, steps, initial=0.1, final=0.01, boundary=0.75):
    if step < boundary * steps:
        return initial
    else:
        return final


def train(model, inputs, targets, *, steps, batch_size=32, learning_rate, generator):
    if steps < 0:
        raise ValueError("steps is " + str(steps))
    if batch_size < 1:
        raise ValueError("batch_size is " + str(batch_size))
    if len(inputs) == 0:
        raise ValueError("inputs is empty, its length is 0")
    if len(inputs) != len(targets):
        raise ValueError("inputs has " + str(len(inputs)) + " rows, targets has " + str(len(targets)))
    losses = []
    model.train()
    for step in range(steps):
        rows = torch.randint(len(inputs), (batch_size,), generator=generator)
        xb = inputs[rows]
        yb = targets[rows]
        logits = model(xb)
        loss = F.cross_entropy(F.softmax(logits, dim=1), yb)
        if not math.isfinite(loss.item()):
            raise FloatingPointError("loss at step " + str(step) + " is " + str(loss.item()))
        for p in model.parameters():
            p.grad = None
        loss.backward()
        lr = learning_rate(step)
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
        losses.append(loss.item())
        # if step % 100 == 0: print(step, loss.item())
    return losses
