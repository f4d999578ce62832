"""All leading axes in one, torch.baddbmm with the mask, and the axes back again."""

import torch
from torch import Tensor


class _Heads:
    """Sequences as (N, T, D), and how to get their axes back."""

    def __init__(self, like: Tensor) -> None:
        self.leading = like.shape[:-2]

    def together(self, x: Tensor) -> Tensor:
        return x.reshape(-1, *x.shape[-2:])

    def apart(self, x: Tensor) -> Tensor:
        return x.reshape(*self.leading, *x.shape[-2:])


def causal_attention(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    heads = _Heads(query)
    q, k, v = map(heads.together, (query, key, value))
    time = q.shape[1]
    mask = q.new_full((time, time), float("-inf")).triu(diagonal=1)
    scores = torch.baddbmm(mask.expand(len(q), time, time), q, k.transpose(1, 2), alpha=q.shape[2] ** -0.5)
    weights = torch.softmax(scores, 2)
    return heads.apart(weights.bmm(v)), heads.apart(weights)
