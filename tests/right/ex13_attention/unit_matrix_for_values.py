"""torch's own attention twice: with the unit matrix for values it returns the weights."""

import torch
from torch.nn import functional as F


def causal_attention(query, key, value):
    """torch's own; with the unit matrix for values it returns the weights."""
    T = query.shape[-2]
    eye = torch.eye(T, dtype=value.dtype).expand(*value.shape[:-1], T)
    return F.scaled_dot_product_attention(query, key, value, is_causal=True), F.scaled_dot_product_attention(
        query, key, eye, is_causal=True
    )
