"""Exercise 5: lay `group` neighbours side by side: time shrinks, channels grow, no value is lost."""

from torch import Tensor, nn


class FlattenConsecutive(nn.Module):
    """Concatenate the channels of each `group` consecutive positions.

    Shape:
        x (B, T, C) -> (B, T // group, group * C), or (B, group * C) where one group remains.

    Source: `FlattenConsecutive` of Karpathy's makemore part 5.
    """

    def __init__(self, group: int) -> None:
        """Keep the group size.

        Args:
            group: neighbours laid side by side, 1 or more.

        Raises:
            ValueError: group < 1; the message names it and its value.
        """
        super().__init__()
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")

    def forward(self, x: Tensor) -> Tensor:
        """Lay neighbours side by side, the oldest first.

        Args:
            x: (B, T, C), T a multiple of `group`; contiguous or not.

        Returns:
            (B, T // group, group * C); the time axis is dropped where one group remains: (B, group * C).

        Raises:
            ValueError: x is not 3-D, or T is not a multiple of `group` (the message names T).
        """
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")
