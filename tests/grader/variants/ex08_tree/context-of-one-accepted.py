from torch import nn

from .ex01_receptive_field import level_lengths
from .ex07_fusion import Fusion


class FusionTree(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim, group=2, normalize=True):
        super().__init__()
        lengths = level_lengths(context, group)
        self.context, self.group = context, group
        self.output = nn.Linear(hidden_dim, vocab_size)
        self.output.weight.data.mul_(0.1)
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.levels = nn.ModuleList()
        for number in range(len(lengths) - 1):
            self.levels.append(Fusion(hidden_dim if number else embedding_dim, hidden_dim, group, normalize))

    def _check(self, tokens):
        if tokens.ndim != 2 or tokens.size(1) != self.context:
            raise ValueError(f"expected tokens (B, {self.context}) but got {list(tokens.shape)}")

    def level_outputs(self, tokens):
        self._check(tokens)
        outputs = [nn.functional.embedding(tokens, self.embedding.weight)]
        for i in range(len(self.levels)):
            outputs += [self.levels[i](outputs[i])]
        return outputs

    def forward(self, tokens):
        return self.output(self.level_outputs(tokens)[-1])
