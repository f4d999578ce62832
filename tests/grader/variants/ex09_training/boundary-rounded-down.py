import numpy as np
import torch
from torch import nn


class Trainer:
    def __init__(self, model, inputs, targets, batch_size):
        if batch_size < 1:
            raise ValueError(f"'batch_size' has the value {batch_size}; it must be 1 or larger")
        self.count = inputs.shape[0]
        if self.count != targets.shape[0]:
            raise ValueError(f"'targets' has {targets.shape[0]} examples, 'inputs' has {self.count}")
        if self.count == 0:
            raise ValueError("'inputs' has 0 examples")
        self.model, self.inputs, self.targets, self.batch_size = model, inputs, targets, batch_size

    def loss(self, rows, reduction="mean"):
        return nn.functional.cross_entropy(self.model(self.inputs[rows]), self.targets[rows], reduction=reduction)

    def mean(self):
        mean = 0.0
        seen = 0
        for rows in torch.arange(self.count).chunk(-(-self.count // self.batch_size)):
            seen += len(rows)
            mean += (self.loss(rows).item() - mean) * len(rows) / seen
        return mean

    def step(self, number, rate, generator):
        loss = self.loss(torch.randint(self.count, (self.batch_size,), generator=generator))
        value = loss.detach().numpy()
        if not np.isfinite(value):
            raise FloatingPointError(f"At step {number} the loss became {value}.")
        loss.backward()
        for parameter in self.model.parameters():
            if parameter.grad is None:
                continue
            with torch.no_grad():
                parameter.sub_(parameter.grad * rate)
        return float(value)


def mean_loss(model, inputs, targets, batch_size=4096):
    trainer = Trainer(model, inputs, targets, batch_size)
    mode = model.training
    if mode:
        model.eval()
    try:
        with torch.set_grad_enabled(False):
            return trainer.mean()
    finally:
        if mode:
            model.train()


def step_decay(step, steps, initial=0.1, final=0.01, boundary=0.75):
    return [initial, final][step >= boundary * steps // 1]


def train(model, inputs, targets, *, steps, batch_size=32, learning_rate, generator):
    trainer = Trainer(model, inputs, targets, batch_size)
    if steps < 0:
        raise ValueError(f"'steps' has the value {steps}; it must be 0 or larger")
    model.train()
    losses = []
    for number in range(steps):
        model.zero_grad(set_to_none=True)
        losses.append(trainer.step(number, learning_rate(number), generator))
    return losses
