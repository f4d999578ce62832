import torch
import torch.nn.functional as F


def all_positions(tree, tokens):
    mode = tree.training
    tree.eval()
    try:
        with torch.no_grad():
            x = tree.embedding(F.pad(tokens, (tree.context - 1, 0)))
            d = 1
            for lev in tree.levels:
                g = tree.group
                L = x.shape[1] - (g - 1) * d
                parts = torch.cat([x[:, k * d : k * d + L] for k in range(g)], dim=-1)
                h = lev.linear(parts)
                if lev.norm is not None:
                    h = lev.norm(h)
                x = torch.tanh(h)
                d *= 2
            return tree.output(x)
    finally:
        tree.train(mode)
