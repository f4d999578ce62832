"""The normalisation folded into the weights: in evaluation it is a scale and a shift of each channel."""

from typing import NamedTuple

import torch
from torch import Tensor


class Affine(NamedTuple):
    """A linear map."""

    weight: Tensor
    bias: Tensor


def folded(level) -> Affine:
    weight = level.linear.weight.detach()
    bias = torch.zeros_like(weight[:, 0]) if level.linear.bias is None else level.linear.bias.detach()
    if level.norm is None:
        return Affine(weight, bias)
    norm = level.norm
    scale = norm.weight.detach() * (norm.running_var + 1e-5).rsqrt()
    return Affine(weight * scale[:, None], (bias - norm.running_mean) * scale + norm.bias.detach())


def all_positions(tree, tokens: Tensor) -> Tensor:
    table = torch.nn.functional.one_hot(torch.nn.functional.pad(tokens, (tree.context - 1, 0)), len(tree.embedding.weight))
    nodes = table.to(tree.embedding.weight.dtype) @ tree.embedding.weight.detach()
    for number, map_ in enumerate(map(folded, tree.levels)):
        step = tree.group**number
        shifted = [nodes[:, k * step : nodes.shape[1] - (tree.group - 1 - k) * step] for k in range(tree.group)]
        nodes = torch.tanh(torch.addmm(map_.bias, torch.cat(shifted, dim=2).flatten(0, 1), map_.weight.T)).reshape(
            len(tokens), -1, len(map_.bias)
        )
    return torch.nn.functional.linear(nodes, tree.output.weight.detach(), tree.output.bias.detach())
