import torch


def _normalised(norm, summed):
    if norm is None:
        return summed
    scale = norm.weight / torch.sqrt(norm.running_var + 1e-5)
    return (summed - norm.running_mean) * scale + norm.bias


@torch.no_grad()
def all_positions(tree, tokens):
    length = tokens.shape[1] + tree.context - 1
    padded = torch.zeros(len(tokens), length, dtype=torch.int64)
    padded[:, tree.context - 1 :] = tokens
    nodes = tree.embedding.weight[padded]
    for number, level in enumerate(tree.levels):
        distance = 1
        length -= (tree.group - 1) * distance
        summed = 0 if level.linear.bias is None else level.linear.bias
        for k, columns in enumerate(level.linear.weight.chunk(tree.group, dim=1)):
            summed = summed + torch.einsum("btc,hc->bth", nodes[:, k * distance : k * distance + length], columns)
        nodes = torch.tanh(_normalised(level.norm, summed))
    nodes = nodes[:, -tokens.shape[1] :]
    return nodes @ tree.output.weight.T + tree.output.bias
