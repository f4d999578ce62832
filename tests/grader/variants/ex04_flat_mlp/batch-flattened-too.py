import torch
import torch.nn as nn


class FlatMLP(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim):
        super().__init__()
        self.context = context
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.hidden = nn.Linear(context * embedding_dim, hidden_dim)
        self.output = nn.Linear(hidden_dim, vocab_size)

    def forward(self, tokens):
        if tokens.shape[-1] != self.context:
            raise ValueError(f"length {tokens.shape[-1]}")
        x = self.embedding(tokens)
        x = x.reshape(-1)
        x = self.hidden(x)
        x = torch.tanh(x)
        return self.output(x)
