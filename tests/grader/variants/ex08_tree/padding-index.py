from torch import nn

from .ex07_fusion import Fusion


class FusionTree(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim, group=2, normalize=True):
        super().__init__()
        if group < 2:
            raise ValueError(f"group must be at least 2, got {group}")
        depth, length = 0, context
        while length >= group and length % group == 0:
            length //= group
            depth += 1
        if length != 1 or depth == 0:
            raise ValueError(f"context must be a power of {group}, got {context}")
        self.vocab_size = vocab_size
        self.context = context
        self.group = group
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.levels = nn.ModuleList([Fusion(embedding_dim, hidden_dim, group=group, normalize=normalize)])
        for _ in range(depth - 1):
            self.levels.append(Fusion(hidden_dim, hidden_dim, group=group, normalize=normalize))
        self.output = nn.Linear(hidden_dim, vocab_size)
        nn.init.uniform_(self.output.weight, -0.1 * hidden_dim**-0.5, 0.1 * hidden_dim**-0.5)

    def _check(self, tokens):
        if tokens.ndim != 2 or tokens.size(1) != self.context:
            raise ValueError(f"expected tokens (B, {self.context}) but got {list(tokens.shape)}")

    def level_outputs(self, tokens):
        self._check(tokens)
        outputs = [self.embedding(tokens)]
        for i in range(len(self.levels)):
            outputs += [self.levels[i](outputs[i])]
        return outputs

    def forward(self, tokens):
        *_, root = self.level_outputs(tokens)
        return nn.functional.linear(root, self.output.weight, self.output.bias)
