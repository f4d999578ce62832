"""Exercise 8: the whole tree. Levels of fusions reduce the window to one vector that has seen all of it."""

import torch
from torch import Tensor, nn

from exercises.ex01_receptive_field import level_lengths
from exercises.ex07_fusion import Fusion


class FusionTree(nn.Module):
    """A tree of fusions over a window of characters; the root scores the next character.

    Attributes:
        context: characters in a window, a power of `group`.
        group: neighbours fused on each level.
        embedding: nn.Embedding(vocab_size, embedding_dim).
        levels: nn.ModuleList with one Fusion per level, each with weights of its own.
        output: nn.Linear(hidden_dim, vocab_size); its initial weight is scaled by 0.1.

    Shape:
        tokens (B, context), int64 -> logits (B, vocab_size).

    Source: Karpathy's makemore part 5, after van den Oord et al. 2016, "WaveNet".
    """

    def __init__(
        self,
        vocab_size: int,
        context: int,
        embedding_dim: int,
        hidden_dim: int,
        group: int = 2,
        normalize: bool = True,
    ) -> None:
        """Build the embedding, the levels and the output.

        Args:
            vocab_size: number of tokens, V.
            context: characters in a window: group, group**2, group**3, ...
            embedding_dim: channels per character, E.
            hidden_dim: channels of every fused vector, H.
            group: neighbours fused on each level, 2 or more.
            normalize: whether the fusions normalise.

        Raises:
            ValueError: context is not a power of `group`, or is below `group`; the message includes `context` and its
                value.
        """
        super().__init__()
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")

    def level_outputs(self, tokens: Tensor) -> list[Tensor]:
        """Return the embedding and the output of every level.

        Args:
            tokens: int64 (B, context), the newest last.

        Returns:
            A list from the bottom to the root: (B, 8, E), (B, 4, H), (B, 2, H), (B, H) for context 8.

        Raises:
            ValueError: the window has a different length; the message includes that length.
        """
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")

    def forward(self, tokens: Tensor) -> Tensor:
        """Score the next character.

        Args:
            tokens: int64 (B, context), the newest last.

        Returns:
            Logits (B, V).

        Raises:
            ValueError: the window has a different length; the message includes that length.
        """
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")


if __name__ == "__main__":
    print("To call your own code: python -im exercises.ex08_tree; to check it: grade 8")
