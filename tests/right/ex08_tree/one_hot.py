"""The embedding as a product with one-hot rows, and each level by `conv1d` and the level's own norm."""

import torch
import torch.nn.functional as F
from torch import nn

from .ex07_fusion import Fusion


class FusionTree(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim, group=2, normalize=True):
        super().__init__()
        powers = {group**k: k for k in range(1, 64)} if group >= 2 else {}
        if context not in powers:
            raise ValueError(f"context {context} must be one of group {group}'s powers")
        self.context, self.group, self.vocab_size = context, group, vocab_size
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        levels = {}
        for k in range(powers[context]):
            levels[k] = Fusion(embedding_dim if k == 0 else hidden_dim, hidden_dim, group, normalize)
        self.levels = nn.ModuleList(levels.values())
        self.output = nn.Linear(hidden_dim, vocab_size)
        with torch.no_grad():
            self.output.weight.copy_(self.output.weight / 10)

    def level_outputs(self, tokens):
        _, length = tokens.shape
        if length != self.context:
            raise ValueError(f"length {length} is not {self.context}")
        table = self.embedding.weight
        x = F.one_hot(tokens, self.vocab_size).to(table.dtype) @ table
        outputs = [x]
        for level in self.levels:
            weight = level.linear.weight.reshape(-1, self.group, x.shape[-1]).permute(0, 2, 1)
            x = F.conv1d(x.permute(0, 2, 1), weight, level.linear.bias, self.group).permute(0, 2, 1)
            if x.shape[1] == 1:
                x = x[:, 0]
            if level.norm is not None:
                x = level.norm(x)
            x = x.tanh()
            outputs.append(x)
        return outputs

    def forward(self, tokens):
        return F.linear(self.level_outputs(tokens)[-1], self.output.weight, self.output.bias)
