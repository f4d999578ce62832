"""Control models that show where a tree's advantage comes from: a deep model without its wiring, and trees without one
part.

The trees are built from the learner's own parts (exercises 7 and 8).
"""

from typing import Any

import torch
from torch import Tensor, nn


def connected(vocabulary: int, context: int, embedding: int, hidden: int) -> nn.Module:
    """Build a model with as many layers as the tree has levels; each reads the whole layer below: tokens (B, context)
    -> (B, V).
    """
    layers: list[nn.Module] = [nn.Embedding(vocabulary, embedding), nn.Flatten(1)]
    width = context * embedding
    for _ in range(context.bit_length() - 1):
        layers += [nn.Linear(width, hidden), nn.Tanh()]
        width = hidden
    return nn.Sequential(*layers, nn.Linear(hidden, vocabulary))


def tree(answers: Any, vocabulary: int, context: int, embedding: int, hidden: int, without: str) -> nn.Module:
    """Build the learner's tree, or one without a part: norm, tanh, sharing or neighbours."""
    exercise = answers.ex08_tree
    built = exercise.FusionTree(vocabulary, context, embedding, hidden, normalize=without != "norm")
    if without == "tanh":
        return LinearTree(built)
    if without == "sharing":
        return UnsharedTree(built, answers.ex07_fusion.Fusion)
    if without == "neighbours":
        return DistantTree(built)
    return built


class LinearTree(nn.Module):
    """A tree whose fusions end before tanh."""

    def __init__(self, tree: Any) -> None:
        super().__init__()
        self.whole = tree

    def forward(self, tokens: Tensor) -> Tensor:
        """Score the next token: int64 (B, context) -> (B, V)."""
        x = self.whole.embedding(tokens)
        for level in self.whole.levels:
            x = level.norm(level.linear(level.flatten(x)))
        return self.whole.output(x)


class UnsharedTree(nn.Module):
    """A tree in which each node has its own fusion."""

    def __init__(self, tree: Any, fusion: Any) -> None:
        super().__init__()
        self.embedding, self.output = tree.embedding, tree.output
        self.levels = nn.ModuleList()
        nodes = tree.context
        for level in tree.levels:
            nodes //= 2
            width, hidden = level.linear.in_features // 2, level.linear.out_features
            self.levels.append(nn.ModuleList(fusion(width, hidden) for _ in range(nodes)))

    def forward(self, tokens: Tensor) -> Tensor:
        """Score the next token: int64 (B, context) -> (B, V)."""
        x = self.embedding(tokens)
        for level in self.levels:
            assert isinstance(level, nn.ModuleList)
            x = torch.stack([node(pair) for node, pair in zip(level, x.split(2, 1), strict=True)], 1)
        return self.output(x.squeeze(1))


class DistantTree(nn.Module):
    """A tree in which each fusion joins place t with place t + T/2 of the level below."""

    def __init__(self, tree: Any) -> None:
        super().__init__()
        self.whole = tree
        bits = len(tree.levels)  # with the bits of the places reversed, neighbours are half a level apart
        self.order = torch.tensor([int(f"{place:0{bits}b}"[::-1], 2) for place in range(tree.context)])

    def forward(self, tokens: Tensor) -> Tensor:
        """Score the next token: int64 (B, context) -> (B, V)."""
        return self.whole(tokens[:, self.order])
