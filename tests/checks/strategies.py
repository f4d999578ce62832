"""Small inputs of every kind for the property checks: sizes 1 to 5, every memory layout, shrinking in mind.

Values are tenths drawn from a seed: short to print, and their sums are far from each other.
"""

from typing import NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

SEEDS = st.integers(0, 999)
LAYOUTS = st.sampled_from(["dense", "transposed", "strided"])
FLOATS = st.sampled_from([torch.float32, torch.float64])


def numbered(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """1, 2, 3, ... in a shape: each value says where it came from."""
    count = torch.Size(shape).numel()
    return torch.arange(1, count + 1, dtype=dtype).reshape(shape)


def tenths(*shape: int, seed: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """Random tenths from -2.0 to 2.0."""
    generator = torch.Generator().manual_seed(seed)
    return (torch.randint(-20, 21, shape, generator=generator) / 10).to(dtype)


def tokens(batch: int, context: int, vocab_size: int, seed: int) -> Tensor:
    """Random tokens, int64 (batch, context)."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(vocab_size, (batch, context), generator=generator)


def laid_out(x: Tensor, layout: str) -> Tensor:
    """The same values with other strides: the last two axes swapped in memory, or every second place used."""
    if layout == "transposed":
        return x.transpose(-1, -2).contiguous().transpose(-1, -2)
    if layout == "strided":
        return torch.stack([x, torch.zeros_like(x)], dim=-1).flatten(-2)[..., ::2]
    return x


class Grouped(NamedTuple):
    """A sequence (B, T, C) and a group size that divides T."""

    x: Tensor
    group: int


@st.composite
def grouped(
    draw: st.DrawFn,
    *,
    least_batch: int = 1,
    dtypes: st.SearchStrategy[torch.dtype] = FLOATS,
    values: str = "numbered",
) -> Grouped:
    """Sequences with 1 to 3 groups of 2 to 5 neighbours; T == C comes up often."""
    group = draw(st.integers(2, 5))
    time = group * draw(st.integers(1, 3))
    batch = draw(st.integers(least_batch, 4))
    channels = draw(st.integers(1, 4) | st.just(time))
    dtype = draw(dtypes)
    shape = batch, time, channels
    x = numbered(*shape, dtype=dtype) if values == "numbered" else tenths(*shape, seed=draw(SEEDS), dtype=dtype)
    return Grouped(laid_out(x, draw(LAYOUTS)), group)
