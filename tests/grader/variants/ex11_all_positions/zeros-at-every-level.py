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
        distance = 1
        for level in tree.levels:
            padded = torch.cat([row.new_zeros(batch, (tree.group - 1) * distance, row.shape[2]), row], dim=1)
            neighbours = [padded.narrow(1, k * distance, time) for k in range(tree.group)]
            row = level(torch.stack(neighbours, dim=2).flatten(end_dim=1)).unflatten(0, (batch, time))
            distance *= tree.group
        return tree.output(row)
