import torch
from torch import nn


class FlatMLP(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim):
        super().__init__()
        self.context = context
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.hidden = nn.Linear(context * embedding_dim, hidden_dim)
        self.output = nn.Linear(hidden_dim, vocab_size)

    def forward(self, tokens):
        B, T = tokens.shape
        assert T == self.context
        e = self.embedding(tokens).reshape(B, -1)
        return self.output(torch.tanh(self.hidden(e)))
