"""torch.nn.functional with the layers' tensors; the embeddings meet their block of the hidden weight in an einsum."""

import torch
import torch.nn.functional as F
from torch import nn


class FlatMLP(nn.Module):
    def __init__(self, vocab_size: int, context: int, embedding_dim: int, hidden_dim: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.hidden = nn.Linear(context * embedding_dim, hidden_dim)
        self.output = nn.Linear(hidden_dim, vocab_size)
        self.register_buffer("sizes", torch.tensor([context, embedding_dim]))

    def forward(self, tokens):
        context, width = self.sizes.tolist()
        _, length = tokens.shape
        if length != context:
            raise ValueError(f"expected {context} tokens, got {length}")
        blocks = self.hidden.weight.unflatten(1, (context, width))
        sums = torch.einsum("bte,hte->bh", F.embedding(tokens, self.embedding.weight), blocks)
        return F.linear(F.tanh(sums + self.hidden.bias), self.output.weight, self.output.bias)
