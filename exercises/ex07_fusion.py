"""Exercise 7: the fusion layer: lay neighbours side by side, linear, normalise, tanh."""

import torch
from torch import Tensor, nn

from exercises.ex05_flatten_consecutive import FlattenConsecutive
from exercises.ex06_batch_norm import BatchNorm1d


class Fusion(nn.Module):
    """Fuse each `group` neighbours into one vector: tanh(norm(linear(flatten(x)))).

    Attributes:
        flatten: FlattenConsecutive(group).
        linear: nn.Linear(group * in_features, out_features), with a bias only where nothing normalises after it.
        norm: exercise 6's BatchNorm1d(out_features), or None.

    Shape:
        x (B, T, in_features) -> (B, T // group, out_features), or (B, out_features) where one group remains.

    Source: one level of Karpathy's makemore part 5; van den Oord et al. 2016, "WaveNet".
    """

    def __init__(self, in_features: int, out_features: int, group: int = 2, normalize: bool = True) -> None:
        """Build the three layers.

        Args:
            in_features: channels of each neighbour.
            out_features: channels of the fused vector.
            group: neighbours fused into one, 1 or more.
            normalize: whether batch normalisation stands between the linear map and tanh.

        Raises:
            ValueError: group < 1; the message names it and its value.
        """
        super().__init__()
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")

    def forward(self, x: Tensor) -> Tensor:
        """Fuse neighbours.

        Args:
            x: (B, T, in_features), T a multiple of `group`.

        Returns:
            (B, T // group, out_features), or (B, out_features) where one group remains.

        Raises:
            ValueError: as the layers inside: x not 3-D, T not a multiple of `group`.
        """
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")
