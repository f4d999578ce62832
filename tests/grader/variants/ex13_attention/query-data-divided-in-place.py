import math

import torch


def causal_attention(query, key, value):
    T, D = query.shape[-2:]
    query.data /= math.sqrt(D)
    s = query @ key.transpose(-2, -1)
    mask = torch.tril(torch.ones(T, T, dtype=torch.bool))
    s = s.masked_fill(~mask, float("-inf"))
    w = s.softmax(-1)
    return w @ value, w
