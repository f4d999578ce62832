import torch


def causal_attention(q, k, v):
    T, D = q.shape[-2:]
    seen = torch.arange(T)[None, :] <= torch.arange(T)[:, None] + 1
    s = (q @ k.mT / D**0.5).masked_fill(~seen, -torch.inf)
    w = torch.softmax(s, dim=-1)
    return w @ v, w
