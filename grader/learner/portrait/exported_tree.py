"""A trained tree for a page: a few matrices in half precision, with the normalisations folded in."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from grader.learner.training.recipes import CONTEXT, EMBEDDING, HIDDEN

EPS = 1e-5  # of exercise 6
CLOSE = 0.01  # of a probability; half precision moves the trees that were tried by 0.001


def trained(answers: Any, model: Path, vocab_size: int) -> Any:
    """Return the learner's FusionTree with the weights that `grade train` saved, in evaluation mode."""
    tree = answers.ex08_tree.FusionTree(vocab_size, CONTEXT, EMBEDDING, HIDDEN)
    tree.load_state_dict(torch.load(model, weights_only=True))
    return tree.eval()


def lengths(tree: Any) -> list[int]:
    """Return the number of vectors at each level of a tree, from the embedding to the root."""
    return [CONTEXT // tree.group**level for level in range(len(tree.levels) + 1)]


def matrices(state: Mapping[str, Tensor]) -> list[Tensor]:
    """Return the embedding (V, E); for each level a weight (H, group * C) and a bias (H,); the output's weight and
    bias.

    In evaluation a normalisation is one factor and one shift a channel, so it goes into the weight and the bias.

    Raises:
        KeyError: the state lacks a part that exercises 6 to 8 name.
    """
    depth = sum(name.startswith("levels.") and name.endswith(".linear.weight") for name in state)
    parts = [state["embedding.weight"]]
    for level in (f"levels.{number}" for number in range(depth)):
        weight = state[f"{level}.linear.weight"]
        bias = state.get(f"{level}.linear.bias", torch.zeros(len(weight)))
        if f"{level}.norm.running_var" in state:
            factor = state[f"{level}.norm.weight"] / (state[f"{level}.norm.running_var"] + EPS).sqrt()
            bias = state[f"{level}.norm.bias"] + (bias - state[f"{level}.norm.running_mean"]) * factor
            weight = weight * factor[:, None]
        parts += [weight, bias]
    return [part.detach().half() for part in (*parts, state["output.weight"], state["output.bias"])]


def level_outputs(parts: list[Tensor], windows: Tensor) -> list[Tensor]:
    """Compute every level for windows, int64 (B, T): the embedding (B, T, E), then (B, T // group**level, H)."""
    embedding, *levels = (part.float() for part in parts[:-2])
    outputs = [embedding[windows]]
    for weight, bias in zip(levels[::2], levels[1::2], strict=True):
        joined = outputs[-1].reshape(len(windows), -1, weight.shape[1])
        outputs.append(torch.tanh(F.linear(joined, weight, bias)))
    return outputs


def logits(parts: list[Tensor], windows: Tensor) -> Tensor:
    """Compute the logits of a page for windows, int64 (B, T): (B, V)."""
    weight, bias = (part.float() for part in parts[-2:])
    return F.linear(level_outputs(parts, windows)[-1].flatten(1), weight, bias)


def error(parts: list[Tensor], tree: Any, windows: Tensor) -> float:
    """Return the largest difference between a probability of a page and the same probability of the tree."""
    with torch.no_grad():
        return (logits(parts, windows).softmax(-1) - tree(windows).softmax(-1)).abs().max().item()


def base64_of(parts: list[Tensor]) -> tuple[tuple[tuple[int, ...], str], ...]:
    """Write each matrix as its shape and its numbers: IEEE half precision, little-endian, row by row, in base 64."""
    return tuple(
        (tuple(part.shape), base64.b64encode(part.contiguous().numpy().astype("<f2").tobytes()).decode())
        for part in parts
    )
