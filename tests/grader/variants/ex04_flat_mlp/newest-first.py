import torch
from torch import nn


class FlatMLP(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim):
        super().__init__()
        self.T = context
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.hidden = nn.Linear(context * embedding_dim, hidden_dim)
        self.output = nn.Linear(hidden_dim, vocab_size)

    def forward(self, tokens):
        B, T = tokens.shape
        if T != self.T:
            raise ValueError(f"wrong T: {T}")
        embedded = [self.embedding(tokens[:, t]) for t in reversed(range(T))]
        h = torch.tanh(self.hidden(torch.cat(embedded, dim=1)))
        return self.output(h)
