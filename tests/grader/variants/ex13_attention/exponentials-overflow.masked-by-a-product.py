import torch

def causal_attention(query, key, value):
    D = query.shape[-1]
    scores = query @ key.transpose(-2, -1) / D ** 0.5
    e = torch.exp(scores) * torch.tril(torch.ones(query.shape[-2], query.shape[-2], dtype=query.dtype))
    weights = e / e.sum(dim=-1, keepdim=True)
    return weights @ value, weights
