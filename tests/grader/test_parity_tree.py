"""Depth, proved: exercise 8's tree computes parity with weights set by hand, and needs few of them."""

import itertools

import pytest
import torch
from torch import Tensor, nn

from data.parity import make_bits, parity, parity_tree
from solutions.ex08_tree import FusionTree

LONG = 1024


def every_row(length: int) -> Tensor:
    return torch.tensor(list(itertools.product([0, 1], repeat=length)))


def signs(bits: Tensor) -> Tensor:
    """The right scores: +1 for odd, -1 for even."""
    return 2.0 * parity(bits) - 1


def used(tree: FusionTree) -> int:
    """Weights and biases of the fusions and the read-out that are not 0."""
    layers: list[nn.Module] = [*tree.levels, tree.output]
    return sum(int((p != 0).sum()) for layer in layers for p in layer.parameters())


@pytest.mark.parametrize("length", [2, 4, 8])
def test_every_row_of_a_short_length_gets_its_parity(length: int) -> None:
    bits = every_row(length)
    scores = parity_tree(FusionTree, length)(bits)[:, 1]
    assert torch.equal(scores.sign(), signs(bits))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("seed", range(3))
def test_random_rows_of_1024_bits_get_their_parity_and_no_error_grows(seed: int, dtype: torch.dtype) -> None:
    bits = make_bits(100, LONG, seed)
    logits = parity_tree(FusionTree, LONG).to(dtype)(bits)
    assert (logits[:, 0] == 0).all()
    assert (logits[:, 1] - signs(bits)).abs().max() < 0.0014, "as after three levels: tanh pushes an error back"
    one_changed = bits.clone()
    one_changed[:, 1000] ^= 1
    assert torch.equal(parity(one_changed), 1 - parity(bits))


@pytest.mark.parametrize("length", [8, LONG])
def test_steep_enough_it_is_exact_in_float32(length: int) -> None:
    bits = make_bits(100, length, seed=0)
    assert torch.equal(parity_tree(FusionTree, length, scale=10)(bits)[:, 1], signs(bits))


def test_each_node_holds_the_parity_of_its_own_block() -> None:
    bits = every_row(8)
    for level, hidden in enumerate(parity_tree(FusionTree, 8).level_outputs(bits)[1:], start=1):
        nodes = hidden.reshape(len(bits), -1, 2)
        blocks = bits.reshape(len(bits), -1, 2**level).sum(dim=2) % 2
        assert torch.equal((nodes[..., 0] - nodes[..., 1] - 1).sign(), 2.0 * blocks - 1)


@pytest.mark.parametrize(("length", "weights"), [(8, 29), (LONG, 99)])
def test_its_weights_as_the_lesson_counts_them(length: int, weights: int) -> None:
    tree = parity_tree(FusionTree, length)
    assert used(tree) == weights
    assert sum(p.numel() for p in tree.parameters()) == weights + 2 + 3, "two embeddings, and token 0's row of zeros"


@pytest.mark.parametrize(("length", "weights"), [(8, 81), (LONG, 1_050_625)])
def test_the_flat_construction_is_right_and_needs_far_more(length: int, weights: int) -> None:
    """One threshold unit per count: unit k asks whether at least k bits are 1."""
    layer = torch.ones(length, length)
    thresholds = 0.5 - torch.arange(1.0, length + 1)
    read = (-1.0) ** torch.arange(length)
    bits = make_bits(50, length, seed=1) if length > 8 else every_row(length)
    steps = (bits.float() @ layer.T + thresholds > 0).float()
    assert torch.equal(2 * (steps @ read) - 1, signs(bits))
    assert layer.numel() + thresholds.numel() + read.numel() + 1 == weights
