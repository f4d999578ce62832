"""Exercise 5: lay `group` neighbours side by side: time shrinks, channels grow, and no value is lost."""

from torch import Tensor, nn


class FlattenConsecutive(nn.Module):
    """Lay the channels of each `group` consecutive positions side by side.

    Shape:
        x (B, T, C) -> (B, T // group, group * C), or (B, group * C) if one position remains.

    Source: `FlattenConsecutive` of Karpathy's makemore part 5.
    """

    def __init__(self, group: int) -> None:
        """Remember the group.

        Args:
            group: number of neighbours to lay side by side, 1 or more.

        Raises:
            ValueError: group < 1; the message includes `group` and its value.
        """
        super().__init__()
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")

    def forward(self, x: Tensor) -> Tensor:
        """Lay neighbours side by side, the oldest first.

        Args:
            x: (B, T, C), contiguous or not; T is a multiple of `group`.

        Returns:
            (B, T // group, group * C), or (B, group * C) without a time axis if one position remains.

        Raises:
            ValueError: x is not 3-D, or T is not a multiple of `group` (the message includes T).
        """
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")


if __name__ == "__main__":
    print("To call your own code: python -im exercises.ex05_flatten_consecutive; to check it: grade 5")
