"""The places of each group as a table of indices, and one look-up a level."""

import torch


def all_positions(tree, tokens):
    training = tree.training
    tree.train(False)
    try:
        with torch.no_grad():
            batch = tokens.shape[0]
            padding = torch.zeros((batch, tree.context - 1), dtype=torch.long)
            nodes = tree.embedding(torch.hstack((padding, tokens)))
            for number in range(len(tree.levels)):
                reach = torch.arange(tree.group) * tree.group**number
                starts = torch.arange(nodes.size(1) - int(reach[-1]))
                places = starts[:, None] + reach  # (length, group)
                groups = nodes[:, places]  # (B, length, group, C)
                fused = tree.levels[number](groups.reshape(-1, *groups.shape[2:]))
                nodes = fused.reshape(batch, len(starts), -1)
            return tree.output(nodes)
    finally:
        tree.train(training)
