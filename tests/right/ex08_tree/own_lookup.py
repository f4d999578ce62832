"""The embedding looked up by an own autograd function, the logits by an einsum, the copies of the levels by deepcopy."""

import copy

import torch
from torch import nn

from .ex01_receptive_field import level_lengths
from .ex07_fusion import Fusion


class Lookup(torch.autograd.Function):
    @staticmethod
    def forward(ctx, table, tokens):
        ctx.save_for_backward(tokens)
        ctx.rows = table.shape
        return table.index_select(0, tokens.reshape(-1)).reshape(*tokens.shape, -1)

    @staticmethod
    def backward(ctx, gradient):
        (tokens,) = ctx.saved_tensors
        table = gradient.new_zeros(ctx.rows)
        table.index_add_(0, tokens.reshape(-1), gradient.reshape(-1, gradient.shape[-1]))
        return table, None


class FusionTree(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim, group=2, normalize=True):
        super().__init__()
        *lengths, root = level_lengths(context, group)
        if not lengths:
            raise ValueError(f"a context of {context} has no level")
        assert root == 1
        self.context = context
        self.group = group
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        levels = [Fusion(embedding_dim, hidden_dim, group, normalize)]
        if len(lengths) > 1:
            model = Fusion(hidden_dim, hidden_dim, group, normalize)
            for _ in lengths[1:]:
                level = copy.deepcopy(model)
                level.linear.reset_parameters()
                levels.append(level)
        self.levels = nn.ModuleList(levels)
        self.output = nn.Linear(hidden_dim, vocab_size)
        self.output.weight.data.copy_(self.output.weight.data.mul(0.1))

    def level_outputs(self, tokens):
        if tokens.dim() != 2:
            raise ValueError("a batch of windows, please")
        if tokens.shape[1] != self.context:
            raise ValueError("not a window: " + " x ".join(map(str, tokens.shape)))
        outputs = [Lookup.apply(self.embedding.weight, tokens)]
        for number, level in enumerate(self.levels):
            outputs.insert(number + 1, level(outputs[number]))
        return outputs

    def forward(self, tokens):
        root = self.level_outputs(tokens).pop()
        return torch.einsum("bh,vh->bv", root, self.output.weight) + self.output.bias[None, :]
