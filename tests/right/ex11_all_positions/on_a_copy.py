"""A copy of the tree in evaluation mode, so nothing must be put back; the groups by a generator."""

import copy

import torch


def _shifted(nodes, group, distance):
    for back in reversed(range(group)):
        end = nodes.shape[1] - back * distance
        yield nodes[:, end - (nodes.shape[1] - (group - 1) * distance) : end]


def all_positions(tree, tokens):
    judge = copy.deepcopy(tree).eval()
    nodes = judge.embedding(torch.nn.functional.pad(tokens, [judge.context - 1, 0], value=0))
    for number, level in enumerate(judge.levels):
        groups = torch.stack(tuple(_shifted(nodes, judge.group, judge.group**number)), dim=-2)
        flat = level(groups.reshape(-1, judge.group, groups.shape[-1]))
        nodes = flat.reshape(*groups.shape[:2], flat.shape[-1])
    return judge.output(nodes).detach()
