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
            raise ValueError(f"{tokens.shape[1]} != {self.context}")
        scores = self.output(torch.tanh(self.hidden(self.embedding(tokens).flatten(1))))
        return scores - scores.logsumexp(dim=-1, keepdim=True)
