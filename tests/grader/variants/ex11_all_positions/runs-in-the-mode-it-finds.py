import torch


@torch.no_grad
def all_positions(tree, tokens):
    m, g, d = tree.training, tree.group, 1
    try:
        x = tree.embedding(torch.cat([tokens.new_zeros(len(tokens), tree.context - 1), tokens], 1))
        for f in tree.levels:
            n = x.shape[1] - g * d + d
            x = f(torch.stack([x[:, i * d : i * d + n] for i in range(g)], 2).flatten(0, 1)).view(len(x), n, -1)
            d *= g
        return tree.output(x)
    finally:
        tree.train(m)
