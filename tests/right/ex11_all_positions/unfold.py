"""torch cuts the windows of a level out; every `distance`-th node of each is a group."""

import torch
from torch.nn.functional import pad


def all_positions(tree, tokens):
    training = tree.training
    try:
        with torch.inference_mode():
            nodes = tree.eval().embedding(pad(tokens, (tree.context - 1, 0)))
            for number, level in enumerate(tree.levels):
                distance = tree.group**number
                groups = nodes.unfold(1, (tree.group - 1) * distance + 1, 1)[..., ::distance]  # (B, length, C, group)
                batch, length = groups.shape[:2]
                nodes = level(groups.transpose(2, 3).reshape(batch * length, tree.group, -1))
                nodes = nodes.reshape(batch, length, -1)
            return tree.output(nodes).clone()
    finally:
        tree.train(training)
