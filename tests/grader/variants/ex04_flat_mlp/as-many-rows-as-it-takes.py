import torch
from torch import nn


class FlatMLP(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.hidden = nn.Linear(context * embedding_dim, hidden_dim)
        self.output = nn.Linear(hidden_dim, vocab_size)
        self.width = context * embedding_dim

    def forward(self, tokens):
        emb = self.embedding(tokens)
        h = torch.tanh(emb.view(-1, self.width) @ self.hidden.weight.T + self.hidden.bias)
        return h @ self.output.weight.T + self.output.bias
