import torch
import torch.nn.functional as F


def mean_loss(model, inputs, targets, batch_size=4096):
    if batch_size < 1:
        raise ValueError(f"batch_size={batch_size} must be positive")
    if len(inputs) != len(targets):
        raise ValueError(f"{len(inputs)} inputs but {len(targets)} targets")
    if len(inputs) == 0:
        raise ValueError("there are no examples")
    training = model.training
    try:
        model.eval()
        total = 0.0
        with torch.no_grad():
            for xs, ys in zip(inputs.split(batch_size), targets.split(batch_size), strict=True):
                total += len(xs) * F.nll_loss(F.log_softmax(model(xs), dim=1), ys).item()
        return total / len(inputs)
    finally:
        model.train(training)


def step_decay(step, steps, initial=0.1, final=0.01, boundary=0.75):
    if step < boundary * steps:
        return initial
    return final


def train(model, inputs, targets, *, steps, batch_size=32, learning_rate, generator):
    if steps < 0:
        raise ValueError(f"steps={steps} must not be negative")
    if batch_size < 1:
        raise ValueError(f"batch_size={batch_size} must be positive")
    if len(inputs) != len(targets):
        raise ValueError(f"{len(inputs)} inputs but {len(targets)} targets")
    if len(inputs) == 0:
        raise ValueError("there are no examples")
    losses = []
    model.train()
    for step in range(steps):
        xs = inputs[torch.randint(0, len(inputs), (batch_size,), generator=generator)]
        ys = targets[torch.randint(0, len(inputs), (batch_size,), generator=generator)]
        loss = F.nll_loss(F.log_softmax(model(xs), dim=-1), ys)
        if loss.isnan() or loss.isinf():
            raise FloatingPointError(f"step {step}: loss {loss.item()}")
        model.zero_grad()
        loss.backward()
        for parameter in model.parameters():
            if parameter.grad is not None:
                parameter.data -= learning_rate(step) * parameter.grad
        losses.append(loss.item())
    return losses
