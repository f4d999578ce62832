"""Recursion in the constructor and in the walk; the scaled weight is a new parameter."""

from torch import nn

from .ex07_fusion import Fusion


def depth_of(context, group):
    if context == group:
        return 1
    if group < 2 or context < group or context % group:
        raise ValueError("no tree")
    return 1 + depth_of(context // group, group)


class FusionTree(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim, group=2, normalize=True):
        super().__init__()
        try:
            if group < 2:
                raise ValueError
            depth = depth_of(context, group)
        except ValueError:
            raise ValueError(f"context={context} is no power of group={group}") from None
        self.context, self.group = context, group
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.levels = nn.ModuleList(
            [Fusion(hidden_dim if level else embedding_dim, hidden_dim, group, normalize) for level in range(depth)]
        )
        self.output = nn.Linear(hidden_dim, vocab_size)
        self.output.weight = nn.Parameter(self.output.weight.detach() * 0.1)

    def _above(self, outputs):
        level = len(outputs) - 1
        if level == len(self.levels):
            return outputs
        return self._above([*outputs, self.levels[level](outputs[-1])])

    def level_outputs(self, tokens):
        if tokens.ndim != 2:
            raise ValueError(f"{tokens.ndim} axes")
        if tokens.size(1) != self.context:
            raise ValueError(f"{self.context} characters wanted, {tokens.size(1)} given")
        return self._above([self.embedding(tokens)])

    def forward(self, tokens):
        return self.output(self.level_outputs(tokens)[-1])
