"""Exercise 7: the fusion layer, one complete level of the tree."""

import torch
from torch import Tensor, nn

from exercises.ex05_flatten_consecutive import FlattenConsecutive
from exercises.ex06_batch_norm import BatchNorm1d


class Fusion(nn.Module):
    """Fuse each `group` neighbours into one vector, with the same weights at every position.

    Attributes:
        flatten: exercise 5's FlattenConsecutive(group).
        linear: nn.Linear(group * in_features, out_features), with a bias only if no normalisation comes after it.
        norm: exercise 6's BatchNorm1d(out_features), or None without normalisation.

    Shape:
        x (B, T, in_features) -> (B, T // group, out_features), or (B, out_features) if one position remains.

    Source: one level of Karpathy's makemore part 5; van den Oord et al. 2016, "WaveNet".
    """

    def __init__(self, in_features: int, out_features: int, group: int = 2, normalize: bool = True) -> None:
        """Build the three layers.

        Args:
            in_features: number of channels of each neighbour.
            out_features: number of channels of the fused vector.
            group: number of neighbours fused into one, 1 or more.
            normalize: whether the sums are normalised before tanh.

        Raises:
            ValueError: group < 1; the message includes `group` and its value.
        """
        super().__init__()
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")

    def forward(self, x: Tensor) -> Tensor:
        """Fuse the neighbours of each group.

        Args:
            x: (B, T, in_features); T is a multiple of `group`.

        Returns:
            (B, T // group, out_features), or (B, out_features) if one position remains.

        Raises:
            ValueError: x is not 3-D, or T is not a multiple of `group` (as in `flatten`).
        """
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")


if __name__ == "__main__":
    print("To call your own code: python -im exercises.ex07_fusion; to check it: grade 7")
