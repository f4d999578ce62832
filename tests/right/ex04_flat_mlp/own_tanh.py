"""A tanh of its own with its own backward pass, by exponentials, and a bilinear einsum for the rest."""

import torch
from torch import nn


class Tanh(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = 2 * torch.sigmoid(2 * x) - 1
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, gradient):
        (y,) = ctx.saved_tensors
        return gradient * (1 - y) * (1 + y)


class FlatMLP(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.hidden = nn.Linear(context * embedding_dim, hidden_dim)
        self.output = nn.Linear(hidden_dim, vocab_size)
        self.context = context

    def forward(self, tokens):
        if tokens.shape[1] != self.context:
            raise ValueError("tokens.shape[1] == %d, self.context == %d" % (tokens.shape[1], self.context))
        joined = torch.hstack([self.embedding(tokens[:, place]) for place in range(self.context)])
        fused = Tanh.apply(torch.einsum("bi,hi->bh", joined, self.hidden.weight) + self.hidden.bias)
        return torch.einsum("bh,vh->bv", fused, self.output.weight) + self.output.bias
