"""Which characters of its window a model's prediction depends on, measured in two ways, for any model of windows."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.func import functional_call

Model = Callable[[Tensor], Tensor]
MOST_ROWS = 8192  # windows that go through a model at once


@torch.no_grad()
def by_replacing(model: Model, windows: Tensor, vocab_size: int) -> Tensor:
    """Measure how much the prediction changes if one character is replaced.

    Args:
        model: windows, int64 (B, T) -> logits (B, V), in evaluation mode.
        windows: int64 (N, T).
        vocab_size: V; token 0, which is no character, is never put in.

    Returns:
        (N, T): the total variation distance of the two predictions, the mean over all other characters. 0 is no
        effect, and 1 would be a prediction that shares nothing with the one before.
    """
    count, length = windows.shape
    others = torch.arange(1, vocab_size)
    moved = windows[:, None, None].repeat(1, length, len(others), 1)  # (N, T, V-1, T)
    for place in range(length):
        moved[:, place, :, place] = others
    before = model(windows).softmax(-1)
    after = torch.cat([model(rows).softmax(-1) for rows in moved.view(-1, length).split(MOST_ROWS)])
    distance = (after.view(count, length, len(others), -1) - before[:, None, None]).abs().sum(-1) / 2
    changed = (windows[:, :, None] != others).float()  # replacing a character by itself changes nothing
    return (distance * changed).sum(-1) / changed.sum(-1)


def by_gradient(model: nn.Module, embedding: Tensor, windows: Tensor) -> Tensor:
    """Measure how strongly the log-probability of the most likely next character reacts to the embedding at each place.

    The model is asked with a table that has one row for each place of each window, so the gradient of a row is that of
    one place, however the model looks its rows up.

    Args:
        model: a module whose table is the parameter `embedding.weight`, in evaluation mode.
        embedding: that table, (V, E).
        windows: int64 (N, T).

    Returns:
        (N, T): the norm of the gradient, as a share of the window's sum.
    """
    table = embedding.detach()[windows].flatten(0, 1).requires_grad_()
    places = torch.arange(len(table)).view(windows.shape)
    logits = functional_call(model, {"embedding.weight": table}, (places,))
    logits.log_softmax(-1).amax(-1).sum().backward()
    assert table.grad is not None
    norms = table.grad.norm(dim=-1).view(windows.shape)
    return norms / norms.sum(-1, keepdim=True).clamp_min(1e-12)
