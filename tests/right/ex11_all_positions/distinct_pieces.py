"""Each distinct piece of text is fused once on each level; places hold the number of their piece."""

import torch
from torch.nn import functional as F


def all_positions(tree, tokens):
    """Each distinct piece of text is fused once at each level; places hold the number of their piece."""
    was = tree.training
    try:
        tree.eval()
        with torch.no_grad():
            ids = F.pad(tokens, (tree.context - 1, 0))
            table = tree.embedding.weight
            d = 1
            for level in tree.levels:
                n = ids.shape[1] - d * (tree.group - 1)
                groups = torch.stack([ids[:, k * d : k * d + n] for k in range(tree.group)], -1)
                pieces, ids = groups.reshape(-1, tree.group).unique(dim=0, return_inverse=True)
                ids = ids.view(len(tokens), n)
                table = level(table[pieces])
                d *= tree.group
            return tree.output(table)[ids]
    finally:
        tree.train(was)
