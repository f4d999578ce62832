"""Windows as the distinct pieces that they contain, so that each piece is fused only once. Contains no weights.

A fusion is a function of its characters: two nodes that cover the same characters have the same vector. In training
data most nodes occur many times: the windows after `mari` and after `maria` share pieces, and so do all words that
begin with `mari`. So a level processes the distinct pieces of its length instead of all windows. Nothing is left out or
approximated: each window's top piece is what the tree computes for that window.

Measured on the makemore names, with 96 words per batch: 684 windows are 4,788 fusions for a tree of context 8; the
distinct ones are 201 + 460 + 471, a quarter.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Pieces:
    """The windows of one batch in pieces of 2, 4, 8, ... characters.

    Attributes:
        levels: of each level, int64 (M, 2): a row is a distinct piece, told by the numbers of its older and its newer
            half among the pieces one level below; the halves of the first level are tokens.
        tops: int64 (N,): of each window, the number of its piece on the last level.
    """

    levels: tuple[Tensor, ...]
    tops: Tensor

    @property
    def count(self) -> int:
        """The number of distinct windows."""
        return len(self.levels[-1])


def in_pieces(windows: Tensor, vocab_size: int, batches: Sequence[int] | None = None) -> list[Pieces]:
    """Split windows into pieces, batch by batch, with one large sort for all batches, which is cheaper than many.

    Args:
        windows: int64 (N, context), context a power of 2.
        vocab_size: number of tokens.
        batches: how many of the windows each batch holds, in their order; None: one batch of all.
    """
    sizes = list(batches) if batches is not None else [len(windows)]
    counts = torch.tensor(sizes, device=windows.device)
    batch = torch.repeat_interleave(torch.arange(len(sizes), device=windows.device), counts)[:, None]
    numbers, below, levels = windows, vocab_size, []
    while numbers.shape[1] > 1:
        keys = (batch * below + numbers[:, ::2]) * below + numbers[:, 1::2]
        distinct, numbers = torch.unique(keys, return_inverse=True)  # sorted, so by batch first
        in_batch = torch.bincount(distinct // below**2, minlength=len(sizes))
        numbers = numbers - (in_batch.cumsum(0) - in_batch)[batch]
        halves = torch.stack([distinct // below % below, distinct % below], dim=1)
        levels.append(halves.split(in_batch.tolist()))
        below = int(in_batch.max())
    tops = numbers[:, 0].split(sizes)
    return [Pieces(tuple(level[i] for level in levels), tops[i]) for i in range(len(sizes))]
