"""One place before the text stands for all of the padding: its node is the one over nothing but token 0."""

import torch


def all_positions(tree, tokens):
    batch, time = tokens.shape
    mode = tree.training
    tree.eval()
    try:
        with torch.no_grad():
            nodes = tree.embedding(torch.cat([torch.zeros_like(tokens[:, :1]), tokens], dim=1))
            here = torch.arange(time + 1)
            for number, level in enumerate(tree.levels):
                back = [(tree.group - 1 - k) * tree.group**number for k in range(tree.group)]
                groups = torch.stack([nodes.index_select(1, (here - b).clamp(min=0)) for b in back], dim=2)
                nodes = level(groups.view(batch * (time + 1), tree.group, -1)).view(batch, time + 1, -1)
            return tree.output(nodes[:, 1:])
    finally:
        tree.train(mode)
