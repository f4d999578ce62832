import torch
from torch import nn


class FlatMLP(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim):
        super().__init__()
        self.context = context
        self.output = nn.Linear(hidden_dim, vocab_size)
        self.hidden = nn.Linear(embedding_dim * context, hidden_dim)
        self.embedding = nn.Embedding(vocab_size, embedding_dim)

    def forward(self, tokens):
        if tokens.size(1) != self.context:
            raise ValueError(f"got {tokens.size(1)} tokens")
        places = [self.embedding(place) for place in tokens.unbind(1)]
        joined = torch.stack(places, dim=2).flatten(1)
        return self.output(self.hidden(joined).tanh())
