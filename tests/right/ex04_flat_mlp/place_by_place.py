"""A loop over the places of the window that adds up what each contributes; the blocks come from chunk."""

import torch
from torch import Tensor, nn


class FlatMLP(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim):
        nn.Module.__init__(self)
        self.vocab_size, self.context = vocab_size, context
        self.add_module("embedding", nn.Embedding(vocab_size, embedding_dim))
        self.add_module("hidden", nn.Linear(context * embedding_dim, hidden_dim))
        self.add_module("output", nn.Linear(hidden_dim, vocab_size))

    def forward(self, tokens: Tensor) -> Tensor:
        places = tokens.unbind(dim=1)
        if len(places) != self.context:
            raise ValueError(f"{len(places)} places in a window of {self.context}")
        sums = self.hidden.bias.repeat(len(tokens), 1)
        for place, block in zip(places, self.hidden.weight.chunk(self.context, dim=1), strict=True):
            sums = sums + self.embedding(place) @ block.T
        return torch.addmm(self.output.bias, torch.tanh(sums), self.output.weight.T)
