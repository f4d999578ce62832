import torch
import torch.nn.functional as F


def mean_loss(model, inputs, targets, batch_size=4096):
    training = model.training
    try:
        model.eval()
        total = 0.0
        with torch.no_grad():
            for i in range(0, len(inputs), batch_size):
                xs, ys = inputs[i : i + batch_size], targets[i : i + batch_size]
                total += len(xs) * F.nll_loss(F.log_softmax(model(xs), dim=1), ys).item()
        return total / len(inputs)
    finally:
        model.train(training)


def step_decay(step, steps, initial=0.1, final=0.01, boundary=0.75):
    if step < boundary * steps:
        return initial
    return final


def train(model, inputs, targets, *, steps, batch_size=32, learning_rate, generator):
    losses = []
    model.train()
    for step in range(steps):
        rows = torch.randint(0, len(inputs), (batch_size,), generator=generator)
        loss = F.nll_loss(F.log_softmax(model(inputs[rows]), dim=-1), targets[rows])
        if loss.isnan() or loss.isinf():
            raise FloatingPointError(f"step {step}: loss {loss.item()}")
        model.zero_grad()
        loss.backward()
        for parameter in model.parameters():
            if parameter.grad is not None:
                parameter.data -= learning_rate(step) * parameter.grad
        losses.append(loss.item())
    return losses
