import torch


def cross_entropy(logits, targets):
    right = logits.gather(1, targets.unsqueeze(1)).squeeze(1)
    return torch.logsumexp(logits, dim=1) - right


def refuse(condition, message):
    if condition:
        raise ValueError(message)


@torch.no_grad()
def mean_loss(model, inputs, targets, batch_size=4096):
    n, m = len(inputs), len(targets)
    refuse(batch_size < 1, f"batch_size: {batch_size}")
    refuse(n != m, f"inputs: {n}, targets: {m}")
    refuse(n == 0, f"inputs: {n}")
    before = model.training
    model.eval()
    try:
        losses = [cross_entropy(model(inputs[i : i + 1]), targets[i : i + 1]).item() for i in range(n)]
    finally:
        if before:
            model.train()
    return sum(losses) / n


def step_decay(step, steps, initial=0.1, final=0.01, boundary=0.75):
    rate = final
    if boundary * steps > step:
        rate = initial
    return rate


def train(model, inputs, targets, *, steps, batch_size=32, learning_rate, generator):
    n, m = len(inputs), len(targets)
    refuse(steps < 0, f"steps: {steps}")
    refuse(batch_size < 1, f"batch_size: {batch_size}")
    refuse(n != m, f"inputs: {n}, targets: {m}")
    refuse(n == 0, f"inputs: {n}")
    model.train(True)
    losses = []
    step = 0
    while step < steps:
        for p in model.parameters():
            if p.grad is not None:
                p.grad.zero_()
        order = torch.randperm(n, generator=generator)
        rows = order[: min(batch_size, n)]
        loss = cross_entropy(model(inputs[rows]), targets[rows]).mean()
        value = loss.item()
        if value != value or value in (float("inf"), float("-inf")):
            raise FloatingPointError(f"step {step} of {steps}")
        loss.backward()
        _move(model, learning_rate(step))
        losses.append(value)
        step += 1
    return losses


@torch.no_grad()
def _move(model, rate):
    for p in model.parameters():
        if p.grad is not None:
            p.copy_(p - rate * p.grad)
