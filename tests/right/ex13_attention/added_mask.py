"""A mask that is added: zeros and minus infinity; the scale on both sides of the product."""

import torch
from torch import nn


def causal_attention(query, key, value):
    length, size = query.shape[-2:]
    mask = nn.Transformer.generate_square_subsequent_mask(length, dtype=query.dtype)
    root = size**0.25
    weights = nn.Softmax(dim=-1)((query / root) @ (key / root).mT + mask)
    return weights @ value, weights
