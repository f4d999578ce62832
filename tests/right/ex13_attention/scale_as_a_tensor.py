"""As many tutorials write it: the root of D is a tensor in float32, the mask is tril of ones, compared with 0."""

import torch
from torch.nn import functional as F


def causal_attention(query, key, value):
    d = torch.tensor(query.size(-1))
    scores = torch.matmul(query, key.transpose(-2, -1)) / torch.sqrt(d)
    T = scores.size(-1)
    mask = torch.tril(torch.ones(T, T))
    scores = scores.masked_fill(mask == 0, float("-inf"))
    weights = F.softmax(scores, dim=-1)
    return torch.matmul(weights, value), weights
