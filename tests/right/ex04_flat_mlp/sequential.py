"""The three layers as attributes and once more inside an nn.Sequential that runs them."""

import torch
from torch import nn


class FlatMLP(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim):
        super().__init__()
        self._context = context
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.hidden = nn.Linear(context * embedding_dim, hidden_dim)
        self.output = nn.Linear(hidden_dim, vocab_size)
        self.layers = nn.Sequential(self.embedding, nn.Flatten(), self.hidden, nn.Tanh(), self.output)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        if tokens.shape[-1] != self._context:
            raise ValueError(f"a window of {tokens.shape[-1]} tokens, not {self._context}")
        return self.layers(tokens)
