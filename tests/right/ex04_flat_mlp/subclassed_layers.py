"""Layers of its own that are subclasses of torch's, and torch.cat of one embedding a place."""

import torch
from torch import nn


class TanhLinear(nn.Linear):
    def forward(self, x):
        return torch.tanh(super().forward(x))


class Characters(nn.Embedding):
    def forward(self, tokens):
        return torch.cat([super(Characters, self).forward(tokens[:, t]) for t in range(tokens.shape[1])], dim=1)


class FlatMLP(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim):
        super().__init__()
        self.embedding = Characters(vocab_size, embedding_dim)
        self.hidden = TanhLinear(embedding_dim * context, hidden_dim)
        self.output = nn.Linear(hidden_dim, vocab_size)

    def forward(self, tokens):
        wanted = self.hidden.in_features // self.embedding.embedding_dim
        if tokens.ndim != 2 or tokens.shape[1] != wanted:
            raise ValueError(f"tokens have shape {list(tokens.shape)}, expected [B, {wanted}]")
        return self.output(self.hidden(self.embedding(tokens)))
