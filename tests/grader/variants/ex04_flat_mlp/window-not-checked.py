import torch
from torch import nn


class FlatMLP(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.hidden = nn.Linear(context * embedding_dim, hidden_dim)
        self.output = nn.Linear(hidden_dim, vocab_size)

    def forward(self, tokens):
        x = self.embedding(tokens)
        x = x.view(x.shape[0], -1)
        return self.output(torch.tanh(self.hidden(x)))
