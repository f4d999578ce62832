import torch
from torch import nn


class FlatMLP(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim):
        super().__init__()
        self.block_size = context
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.hidden = nn.Linear(context * embedding_dim, hidden_dim)
        self.output = nn.Linear(hidden_dim, vocab_size)

    def forward(self, idx):
        idx = idx[:, -self.block_size :]  # crop to the block size
        B, T = idx.shape
        if T != self.block_size:
            raise ValueError(f"T = {T}, need {self.block_size}")
        return self.output(torch.tanh(self.hidden(self.embedding(idx).reshape(B, -1))))
