import torch


def window_before(tokens, end, context):
    """The last `context` tokens up to a place."""
    begin = end - context
    if begin >= 0:
        return tokens[:, begin:end]
    return torch.cat([torch.zeros(len(tokens), -begin, dtype=torch.int64), tokens[:, :end]], dim=1)


def all_positions(tree, tokens):
    before = tree.training
    tree.eval()
    try:
        logits = torch.empty(*tokens.shape, len(tree.output.bias), dtype=tree.output.bias.dtype)
        with torch.no_grad():
            for place in range(tokens.shape[1]):
                logits[:, place] = tree(window_before(tokens, place + 1, tree.context))
        return logits
    finally:
        tree.train(before)
