import torch
from torch.func import functional_call
from torch.nn import functional as F


def _check(inputs, targets, batch_size, steps=0):
    if steps < 0:
        raise ValueError("steps must be >= 0")
    if batch_size < 1:
        raise ValueError("batch_size must be >= 1")
    if len(inputs) != len(targets):
        raise ValueError("inputs and targets must have the same length")
    if len(inputs) < 1:
        raise ValueError("inputs must not be empty")


def mean_loss(model, inputs, targets, batch_size=4096):
    _check(inputs, targets, batch_size)
    was_training = model.training
    state = {name: value.detach() for name, value in model.state_dict(keep_vars=True).items()}
    model.eval()
    try:
        parts = []
        for rows in torch.arange(len(inputs)).split(batch_size):
            logits = functional_call(model, state, (inputs[rows],))
            parts.append(F.cross_entropy(logits, targets[rows], reduction="sum").double())
    finally:
        model.train(mode=was_training)
    return (torch.stack(parts).sum() / len(inputs)).item()


def step_decay(step, steps, initial=0.1, final=0.01, boundary=0.75):
    return initial if step - boundary * steps < 0 else final


def train(model, inputs, targets, *, steps, batch_size=32, learning_rate, generator):
    _check(inputs, targets, batch_size, steps)
    model.train()
    moving = {name: p for name, p in model.named_parameters() if p.requires_grad}

    losses = []
    for step in range(steps):
        rows = torch.randint(len(inputs), [batch_size], generator=generator)
        leaves = {name: p.detach().clone().requires_grad_() for name, p in moving.items()}
        buffers = {name: b.clone() for name, b in model.named_buffers()}
        loss = F.cross_entropy(functional_call(model, (leaves, buffers), (inputs[rows],)), targets[rows])
        losses.append(loss.item())
        if not loss.isfinite():
            raise FloatingPointError(f"loss {losses[-1]} in step {step}")
        gradients = torch.autograd.grad(loss, list(leaves.values()), allow_unused=True, materialize_grads=True)
        with torch.no_grad():
            for name, gradient in zip(leaves, gradients, strict=True):
                moving[name].sub_(gradient, alpha=learning_rate(step))
            for name, buffer in model.named_buffers():
                buffer.copy_(buffers[name])
    return losses
