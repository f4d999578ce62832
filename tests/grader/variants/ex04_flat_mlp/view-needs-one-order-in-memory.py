import torch
from torch import nn


class FlatMLP(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim):
        super().__init__()
        self.block_size = context
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.hidden = nn.Linear(context * embedding_dim, hidden_dim)
        self.output = nn.Linear(hidden_dim, vocab_size)

    def forward(self, X):
        if X.shape[1] != self.block_size:
            raise ValueError(f"X has {X.shape[1]} columns")
        C = self.embedding.weight
        emb = C[X]
        h = torch.tanh(emb.view(emb.shape[0], emb.shape[1] * emb.shape[2]) @ self.hidden.weight.T + self.hidden.bias)
        return h @ self.output.weight.T + self.output.bias
