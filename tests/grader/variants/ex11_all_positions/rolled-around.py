import torch


def all_positions(tree, tokens):
    batch, time = tokens.shape
    mode = tree.training
    tree.eval()
    try:
        with torch.no_grad():
            nodes = tree.embedding(tokens)
            here = torch.arange(time)
            for number, level in enumerate(tree.levels):
                back = [(tree.group - 1 - k) * tree.group**number for k in range(tree.group)]
                groups = torch.stack([nodes.index_select(1, (here - b) % time) for b in back], dim=2)
                nodes = level(groups.view(batch * time, tree.group, -1)).view(batch, time, -1)
            return tree.output(nodes)
    finally:
        tree.train(mode)
