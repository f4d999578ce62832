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
                nodes = torch.stack([tree.levels[number](groups[:, at]) for at in range(len(starts))], dim=1)
            return tree.output(nodes)
    finally:
        tree.train(training)
