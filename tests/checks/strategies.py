"""Small inputs of every kind for the property checks: sizes 1 to 5 and every memory layout, chosen so that they shrink
well.

Values are tenths drawn from a seed: they are short to print, and their sums are far apart.
"""

from typing import NamedTuple, TypeVar

import torch
from hypothesis import strategies as st
from torch import Tensor

Drawn = TypeVar("Drawn")
SEEDS = st.integers(0, 999)
LAYOUTS = st.sampled_from(["dense", "transposed", "strided"])
FLOATS = st.sampled_from([torch.float32, torch.float64])


def numbered(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Fill a shape with 1, 2, 3, ..., so that each value shows where it came from."""
    count = torch.Size(shape).numel()
    return torch.arange(1, count + 1, dtype=dtype).reshape(shape)


def tenths(*shape: int, seed: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """Draw random tenths from -2.0 to 2.0."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(-20, 21, shape, generator=generator).to(dtype) / 10


def quarters(*shape: int, seed: int) -> Tensor:
    """Draw random quarters from -2 to 2: sums of their products are exact, so all right answers agree."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(-8, 9, shape, generator=generator).double() / 4


def odd_eighths(*shape: int, seed: int) -> Tensor:
    """Draw random odd eighths from -15/8 to 15/8: as exact as quarters, and never 0."""
    generator = torch.Generator().manual_seed(seed)
    return (torch.randint(-8, 8, shape, generator=generator).double() * 2 + 1) / 8


def tokens(batch: int, context: int, vocab_size: int, seed: int) -> Tensor:
    """Random tokens, int64 (batch, context)."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(vocab_size, (batch, context), generator=generator)


def laid_out(x: Tensor, layout: str) -> Tensor:
    """Return the same values with other strides: the last two axes swapped in memory, or every second place of a larger
    tensor.
    """
    if layout == "transposed":
        return x.transpose(-1, -2).contiguous().transpose(-1, -2)
    if layout == "strided":
        return torch.stack([x, torch.zeros_like(x)], dim=-1).flatten(-2)[..., ::2]
    return x


def or_just(first: st.SearchStrategy[Drawn], value: Drawn) -> st.SearchStrategy[Drawn]:
    """What `first` draws or, half of the time, this value.

    Both are always drawn: from the second side of `first | st.just(value)` hypothesis does not shrink to the first.
    """
    return st.tuples(first, st.booleans()).map(lambda drawn: value if drawn[1] else drawn[0])


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
    layouts: st.SearchStrategy[str] = LAYOUTS,
    scales: st.SearchStrategy[float] | None = None,
) -> Grouped:
    """Sequences with 1 to 3 groups of 2 to 5 neighbours; T == C comes up often.

    Args:
        draw: hypothesis's.
        least_batch: the smallest batch.
        dtypes: of numbered values.
        layouts: in memory.
        scales: without them the values are numbered; with them they are random quarters, float64, times a scale.
    """
    group = draw(st.integers(2, 5))
    time = group * draw(st.integers(1, 3))
    batch = draw(st.integers(least_batch, 4))
    channels = draw(or_just(st.integers(1, 4), time))
    shape = batch, time, channels
    x = numbered(*shape, dtype=draw(dtypes)) if scales is None else quarters(*shape, seed=draw(SEEDS)) * draw(scales)
    return Grouped(laid_out(x, draw(layouts)), group)


@st.composite
def batches(draw: st.DrawFn, *, ranks: tuple[int, ...] = (2, 3)) -> Tensor:
    """Batches (B, C) or (B, T, C), float64, of two values per channel or more; T == C comes up often."""
    channels = draw(st.integers(1, 4))
    batch = draw(st.integers(1, 4))
    if draw(st.sampled_from(ranks)) == 2:
        shape: tuple[int, ...] = batch + 1, channels
    else:
        shape = batch, draw(or_just(st.integers(1 if batch > 1 else 2, 4), max(channels, 2))), channels
    return laid_out(tenths(*shape, seed=draw(SEEDS)), draw(LAYOUTS))


class Window(NamedTuple):
    """Windows of characters (B, group ** levels) and the sizes of a tree that reads them."""

    tokens: Tensor
    context: int
    group: int
    vocab_size: int
    embedding_dim: int
    hidden_dim: int

    @property
    def sizes(self) -> tuple[int, int, int, int, int]:
        """The arguments of a tree."""
        return self.vocab_size, self.context, self.embedding_dim, self.hidden_dim, self.group


@st.composite
def windows(draw: st.DrawFn, *, least_batch: int = 1, least_levels: int = 1) -> Window:
    """Windows for trees of 1 to 4 levels that join 2 to 5 neighbours."""
    trees = [(2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (4, 2), (2, 4), (5, 1), (3, 3)]
    group, levels = draw(st.sampled_from([tree for tree in trees if tree[1] >= least_levels]))
    vocab_size, batch = draw(st.integers(4, 6)), draw(st.integers(least_batch, 4))
    drawn = tokens(batch, group**levels, vocab_size, draw(SEEDS))
    return Window(drawn, group**levels, group, vocab_size, draw(st.integers(1, 3)), draw(st.integers(1, 3)))
