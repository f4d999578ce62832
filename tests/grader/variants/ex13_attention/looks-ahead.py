from torch.nn import functional as F


def causal_attention(query, key, value):
    size = query.shape[-1]
    weights = F.softmax(query.matmul(key.transpose(-1, -2)) * size**-0.5, dim=-1)
    return weights.matmul(value), weights
