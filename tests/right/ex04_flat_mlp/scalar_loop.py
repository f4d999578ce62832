"""Loops over windows, hidden units and logits, one number at a time."""

import torch
from torch import nn


class FlatMLP(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.hidden = nn.Linear(context * embedding_dim, hidden_dim)
        self.output = nn.Linear(hidden_dim, vocab_size)
        self.context = context

    @staticmethod
    def neuron(weight, bias, numbers):
        total = bias
        for factor, number in zip(weight, numbers, strict=True):
            total = total + factor * number
        return total

    def layer(self, linear, numbers):
        return [self.neuron(w, b, numbers) for w, b in zip(linear.weight, linear.bias, strict=True)]

    def forward(self, tokens):
        if tokens.shape[1] != self.context:
            raise ValueError(f"window: {tokens.shape[1]}, context: {self.context}")
        logits = []
        for window in tokens.tolist():
            numbers = [number for token in window for number in self.embedding.weight[token]]
            hidden = [torch.tanh(total) for total in self.layer(self.hidden, numbers)]
            logits.append(torch.stack(self.layer(self.output, hidden)))
        return torch.stack(logits)
