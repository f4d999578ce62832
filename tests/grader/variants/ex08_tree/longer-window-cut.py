from torch import nn

from .ex01_receptive_field import level_lengths
from .ex07_fusion import Fusion


class FusionTree(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim, group=2, normalize=True):
        super().__init__()
        lengths = level_lengths(context, group)
        if len(lengths) < 2:
            raise ValueError(f"context {context} is too short for group {group}")
        self.context, self.group = context, group
        self.output = nn.Linear(hidden_dim, vocab_size)
        self.output.weight.data.mul_(0.1)
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.levels = nn.ModuleList()
        for number in range(len(lengths) - 1):
            self.levels.append(Fusion(hidden_dim if number else embedding_dim, hidden_dim, group, normalize))

    def level_outputs(self, tokens):
        B, T = tokens.shape
        if T < self.context:
            raise ValueError(f"window of {T} tokens, this tree reads {self.context}")
        tokens = tokens[:, T - self.context :]
        x = self.embedding(tokens)
        result = [x]
        for level in self.levels:
            x = level(x)
            result.append(x)
        return result

    def forward(self, tokens):
        return self.output(self.level_outputs(tokens)[-1])
