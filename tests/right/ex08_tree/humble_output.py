"""Subclasses of `nn.Linear` (scaled in `reset_parameters`) and `nn.ModuleList` (walks through its levels)."""

import torch
from torch import nn

from .ex01_receptive_field import level_lengths
from .ex07_fusion import Fusion


class HumbleLinear(nn.Linear):
    def reset_parameters(self):
        super().reset_parameters()
        with torch.no_grad():
            self.weight.div_(10)


class Levels(nn.ModuleList):
    def walk(self, x):
        yield x
        for level in self:
            x = level(x)
            yield x


class FusionTree(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim, group=2, normalize=True):
        super().__init__()
        if context < max(group, 2):
            raise ValueError(f"context must be {group} or more; context is {context}")
        lengths = level_lengths(context, group)
        self.register_buffer("lengths", torch.tensor(lengths), persistent=False)
        self.embedding = nn.Embedding(num_embeddings=vocab_size, embedding_dim=embedding_dim)
        first = Fusion(embedding_dim, hidden_dim, group=group, normalize=normalize)
        others = [Fusion(hidden_dim, hidden_dim, group=group, normalize=normalize) for _ in lengths[2:]]
        self.levels = Levels([first, *others])
        self.output = HumbleLinear(hidden_dim, vocab_size)
        self.group = group

    @property
    def context(self):
        return int(self.lengths[0])

    def level_outputs(self, tokens):
        if tokens.shape[1:] != torch.Size([self.context]):
            raise ValueError(f"expected {self.context} tokens in a window, got shape {list(tokens.shape)}")
        return [*self.levels.walk(self.embedding(tokens))]

    def forward(self, tokens):
        *_, root = self.levels.walk(self._checked(tokens))
        return self.output(root)

    def _checked(self, tokens):
        if tokens.shape[1:] != torch.Size([self.context]):
            raise ValueError(f"expected {self.context} tokens in a window, got shape {list(tokens.shape)}")
        return self.embedding(tokens)
