"""Cross-entropy with a gradient of its own: softmax minus one at the target, written down and not recorded."""

import torch


class CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, targets):
        log_p = logits - logits.logsumexp(dim=1, keepdim=True)
        ctx.save_for_backward(log_p, targets)
        return -log_p[torch.arange(len(targets)), targets].sum() / len(targets)

    @staticmethod
    def backward(ctx, upstream):
        log_p, targets = ctx.saved_tensors
        slope = log_p.exp()
        slope[torch.arange(len(targets)), targets] -= 1
        return upstream * slope / len(targets), None


def examine(inputs, targets, batch_size):
    if not batch_size >= 1:
        raise ValueError(f"a batch_size of {batch_size} makes no batch")
    if len(inputs) - len(targets):
        raise ValueError(f"each of the {len(inputs)} inputs needs one of the {len(targets)} targets")
    if len(targets) < 1:
        raise ValueError("example missing: inputs and targets are empty")


def mean_loss(model, inputs, targets, batch_size=4096):
    examine(inputs, targets, batch_size)
    came_training = model.training
    try:
        with torch.no_grad():
            model.eval()
            shares = [
                CrossEntropy.apply(model(x), y).item() * (len(y) / len(targets))
                for x, y in zip(inputs.split(batch_size), targets.split(batch_size), strict=True)
            ]
    finally:
        model.train(came_training)
    return sum(shares)


def step_decay(step, steps, initial=0.1, final=0.01, boundary=0.75):
    in_first_part = step < steps * boundary
    return in_first_part * initial + (not in_first_part) * final


def train(model, inputs, targets, *, steps, batch_size=32, learning_rate, generator):
    examine(inputs, targets, batch_size)
    if steps < 0:
        raise ValueError(f"cannot take {steps} steps")
    losses = []
    model.train()
    for step in range(steps):
        rows = torch.randint(len(inputs), (batch_size,), generator=generator)
        loss = CrossEntropy.apply(model(inputs[rows]), targets[rows])
        if not torch.isfinite(loss):
            raise FloatingPointError(f"step {step}: {float(loss.detach())}")
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data.sub_(learning_rate(step) * p.grad) if p.grad is not None else None
        losses.append(loss.item())
    return losses
