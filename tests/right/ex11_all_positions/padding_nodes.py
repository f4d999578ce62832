"""Every row keeps the length T: each level is padded with its own node over nothing but token 0."""

import torch
from torch import Tensor, nn


class _Evaluation:
    """Evaluation mode inside a with block."""

    def __init__(self, module: nn.Module) -> None:
        self.module = module

    def __enter__(self) -> None:
        self.before = self.module.training
        self.module.eval()

    def __exit__(self, *_: object) -> None:
        self.module.train(self.before)


def all_positions(tree: nn.Module, tokens: Tensor) -> Tensor:
    batch, time = tokens.shape
    with _Evaluation(tree), torch.no_grad():
        row = tree.embedding(tokens)
        dots = tree.embedding(torch.zeros(1, dtype=torch.int64))  # (1, C)
        distance = 1
        for level in tree.levels:
            padded = torch.cat([dots.expand(batch, (tree.group - 1) * distance, -1), row], dim=1)
            neighbours = [padded.narrow(1, k * distance, time) for k in range(tree.group)]
            row = level(torch.stack(neighbours, dim=2).flatten(end_dim=1)).unflatten(0, (batch, time))
            dots = level(dots.repeat(tree.group, 1).unsqueeze(0))
            distance *= tree.group
        return tree.output(row)
