import torch
import torch.nn.functional as F


def _checked(inputs, targets, batch_size):
    number = len(inputs)
    if batch_size < 1:
        raise ValueError(f"batch_size = {batch_size}")
    if number != len(targets):
        raise ValueError(f"{number} inputs, {len(targets)} targets")
    if number == 0:
        raise ValueError(f"{number} inputs")
    return number


def _summed(model, inputs, targets, batch_size):
    if len(inputs) <= batch_size:
        return F.cross_entropy(model(inputs), targets, reduction="sum").item()
    half = len(inputs) // 2
    left = _summed(model, inputs[:half], targets[:half], batch_size)
    return left + _summed(model, inputs[half:], targets[half:], batch_size)


def mean_loss(model, inputs, targets, batch_size=4096):
    number = _checked(inputs, targets, batch_size)
    with torch.no_grad():
        try:
            model.eval()
            total = _summed(model, inputs, targets, batch_size)
        except IndexError as error:
            raise IndexError(f"bad example: {error}") from error
    return total / number


def step_decay(step, steps, initial=0.1, final=0.01, boundary=0.75):
    if steps == 0 or step / steps >= boundary:
        return final
    return initial


def train(model, inputs, targets, *, steps, batch_size=32, learning_rate, generator):
    if steps < 0:
        raise ValueError(f"steps = {steps}")
    number = _checked(inputs, targets, batch_size)
    model.train()

    def from_step(step):
        if step == steps:
            return []
        rows = torch.empty(batch_size, dtype=torch.int64).random_(0, number, generator=generator)
        loss = F.cross_entropy(model(inputs[rows]), targets[rows])
        if loss.item() - loss.item() != 0:
            raise FloatingPointError(f"the loss of step {step} is {loss.item():f}")
        model.zero_grad()
        loss.backward()
        rate = learning_rate(step)
        with torch.no_grad():
            for parameter in filter(lambda p: p.grad is not None, model.parameters()):
                parameter += -rate * parameter.grad
        return [loss.item(), *from_step(step + 1)]

    return from_step(0)
