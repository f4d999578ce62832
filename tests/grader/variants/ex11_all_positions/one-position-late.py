from contextlib import contextmanager

import torch


@contextmanager
def evaluating(tree):
    before = tree.training
    tree.eval()
    try:
        yield tree
    finally:
        tree.train(before)


def row(tree, tokens, height):
    """The nodes of a level for all places, `height` levels above the embedding."""
    if height == 0:
        return tree.embedding(torch.nn.functional.pad(tokens, (tree.context, 0)))
    below = row(tree, tokens, height - 1)
    reach = (tree.group - 1) * tree.group ** (height - 1)
    last = below.shape[1] - reach
    groups = torch.stack([below[:, at : at + last] for at in range(0, reach + 1, tree.group ** (height - 1))], 2)
    return torch.unflatten(tree.levels[height - 1](groups.flatten(0, 1)), 0, (len(tokens), last))


def all_positions(tree, tokens):
    with evaluating(tree), torch.set_grad_enabled(False):
        return tree.output(row(tree, tokens, len(tree.levels))[:, :-1])
