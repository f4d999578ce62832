"""As short as it gets."""


def causal_attention(q, k, v):
    s = q @ k.mT / q.size(-1) ** 0.5
    w = s.masked_fill(s.new_ones(s.shape[-2:]).triu(1).bool(), -float("inf")).softmax(-1)
    return w @ v, w
