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
        if tokens.shape[1] != self.context:
            raise ValueError(f"{tokens.shape[1]} tokens")
        rows = []
        for window in tokens.tolist():
            rows.append(torch.cat([self.embedding.weight.data[token] for token in window]))
        return self.output(torch.tanh(self.hidden(torch.stack(rows))))
