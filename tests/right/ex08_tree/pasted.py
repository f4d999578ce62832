"""One file for everything: flatten, norm and fusion pasted, the embedding by indexing its weight."""

import torch
from torch import nn


class FlattenConsecutive(nn.Module):
    def __init__(self, group):
        super().__init__()
        self.group = group

    def forward(self, x):
        B, T, C = x.shape
        if T % self.group:
            raise ValueError(f"T {T}")
        x = x.reshape(B, T // self.group, self.group * C)
        return x if x.shape[1] > 1 else x.squeeze(1)


class BatchNorm1d(nn.BatchNorm1d):
    def forward(self, x):
        if x.dim() == 3:
            return super().forward(x.transpose(1, 2)).transpose(1, 2)
        return super().forward(x)


class Fusion(nn.Module):
    def __init__(self, in_features, out_features, group=2, normalize=True):
        super().__init__()
        self.flatten = FlattenConsecutive(group)
        self.linear = nn.Linear(in_features * group, out_features, bias=not normalize)
        self.norm = BatchNorm1d(out_features) if normalize else None

    def forward(self, x):
        x = self.linear(self.flatten(x))
        if self.norm is not None:
            x = self.norm(x)
        return torch.tanh(x)


class FusionTree(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim, group=2, normalize=True):
        super().__init__()
        self.vocab_size = vocab_size
        self.context = context
        self.group = group
        n, left = 0, context
        while group > 1 and left > 1 and left % group == 0:
            left //= group
            n += 1
        if left != 1 or n == 0:
            raise ValueError(f"cannot build a tree over context = {context} with group = {group}")
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.levels = nn.ModuleList([Fusion(embedding_dim, hidden_dim, group, normalize)])
        self.levels.extend(Fusion(hidden_dim, hidden_dim, group, normalize) for _ in range(n - 1))
        self.output = nn.Linear(hidden_dim, vocab_size)
        nn.init.uniform_(self.output.weight, -0.1 / hidden_dim**0.5, 0.1 / hidden_dim**0.5)

    def level_outputs(self, tokens):
        if tokens.dim() != 2 or tokens.shape[-1] != self.context:
            raise ValueError(f"window {tuple(tokens.shape)} does not fit context {self.context}")
        outs = [self.embedding.weight[tokens]]
        for i in range(len(self.levels)):
            outs += [self.levels[i](outs[i])]
        return outs

    def forward(self, tokens):
        return self.output(self.level_outputs(tokens)[-1])
