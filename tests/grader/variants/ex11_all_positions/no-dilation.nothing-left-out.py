import torch


def all_positions(tree, tokens):
    was_training = tree.training
    tree.eval()
    try:
        with torch.no_grad():
            # zeros in front
            B, T = tokens.shape
            zeros = torch.zeros(B, tree.context - 1, dtype=tokens.dtype)
            x = tree.embedding(torch.cat([zeros, tokens], dim=1))
            for level in tree.levels:
                n = x.shape[1] - (tree.group - 1)
                pieces = []
                for k in range(tree.group):
                    pieces.append(x[:, k : k + n])
                s = level.linear(torch.cat(pieces, dim=2))
                if level.norm is not None:
                    s = level.norm(s)
                x = torch.tanh(s)
            return tree.output(x)
    finally:
        tree.train(was_training)
