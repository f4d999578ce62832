"""`itertools.accumulate` over the levels, `functools.reduce` for the root; logits as a matrix product."""

import functools
import itertools

import torch
from torch import nn

from .ex01_receptive_field import receptive_field
from .ex07_fusion import Fusion


class FusionTree(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim, group=2, normalize=True):
        super().__init__()
        depths = [
            d for d in range(1, max(context, 1).bit_length()) if group > 1 and receptive_field(d, group) == context
        ]
        if not depths:
            raise ValueError(f"no number of levels fits context {context} (group {group})")
        self.context, self.group = context, group
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        widths = [embedding_dim, *itertools.repeat(hidden_dim, depths[0])]
        self.levels = nn.ModuleList(
            Fusion(below, above, group, normalize) for below, above in itertools.pairwise(widths)
        )
        self.output = nn.Linear(hidden_dim, vocab_size)
        with torch.no_grad():
            self.output.weight.mul_(0.1)

    def _characters(self, tokens):
        if tokens.shape[1:] != (self.context,):
            raise ValueError(f"tokens of shape {tuple(tokens.shape)}, not (B, {self.context})")
        return torch.nn.functional.embedding(tokens, self.embedding.weight)

    def level_outputs(self, tokens):
        characters = self._characters(tokens)
        return list(itertools.accumulate(self.levels, lambda x, level: level(x), initial=characters))

    def forward(self, tokens):
        root = functools.reduce(lambda x, level: level(x), self.levels, self._characters(tokens))
        return torch.addmm(self.output.bias, root, self.output.weight.T)
