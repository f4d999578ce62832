"""Levels appended one by one in a loop that counts the length down; checks written out by hand."""

from torch import nn

from .ex07_fusion import Fusion


class FusionTree(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim, group=2, normalize=True):
        super().__init__()
        if group < 2:
            raise ValueError(f"group must be 2 or more, got {group}")
        if context < group:
            raise ValueError(f"context {context} is below group {group}")
        self.context = context
        self.group = group
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.levels = nn.ModuleList()
        length, width = context, embedding_dim
        while length > 1:
            if length % group != 0:
                raise ValueError(f"context {context} is not a power of {group}")
            self.levels.append(Fusion(width, hidden_dim, group=group, normalize=normalize))
            length //= group
            width = hidden_dim
        self.output = nn.Linear(hidden_dim, vocab_size)
        self.output.weight.data *= 0.1

    def level_outputs(self, tokens):
        _, T = tokens.shape
        if self.context != T:
            raise ValueError(f"got a window of {T} characters")
        h = self.embedding(tokens)
        result = [h]
        for level in self.levels:
            h = level(h)
            result.append(h)
        return result

    def forward(self, tokens):
        *_, root = self.level_outputs(tokens)
        return self.output(root)
