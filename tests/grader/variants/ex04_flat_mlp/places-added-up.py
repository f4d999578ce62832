import torch
from torch import nn


class FlatMLP(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim):
        super().__init__()
        self.context = context
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.hidden = nn.Linear(embedding_dim, hidden_dim)
        self.output = nn.Linear(hidden_dim, vocab_size)

    def forward(self, tokens):
        B, T = tokens.shape
        if T != self.context:
            raise ValueError(f"expected {self.context} tokens, got {T}")
        total = 0
        for t in range(T):
            total = total + self.hidden(self.embedding(tokens[:, t]))
        return self.output(torch.tanh(total))
