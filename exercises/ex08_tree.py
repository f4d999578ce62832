"""Exercise 8: the whole tree: fusions on top of each other until one vector has seen the whole window."""

import torch
from torch import Tensor, nn

from exercises.ex01_receptive_field import level_lengths
from exercises.ex07_fusion import Fusion


class FusionTree(nn.Module):
    """Embed the characters, fuse neighbours level by level, score the next character from the root.

    Attributes:
        context: characters in a window, a power of `group`.
        group: neighbours fused at each level.
        embedding: nn.Embedding(vocab_size, embedding_dim).
        levels: nn.ModuleList of Fusion, one a level.
        output: nn.Linear(hidden_dim, vocab_size); its weight starts at a tenth of the usual size.

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
            embedding_dim: channels of a character, E.
            hidden_dim: channels of every fused vector, H.
            group: neighbours fused at each level, 2 or more.
            normalize: whether the fusions normalise.

        Raises:
            ValueError: context is not a power of `group`, or below `group`; the message names it and its value.
        """
        super().__init__()
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")

    def level_outputs(self, tokens: Tensor) -> list[Tensor]:
        """Compute every level of the tree.

        Args:
            tokens: int64 (B, context), the newest last.

        Returns:
            The embedding and each level's output: (B, 8, E), (B, 4, H), (B, 2, H), (B, H) for context 8.

        Raises:
            ValueError: a window of another length; the message names that length.
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
            ValueError: a window of another length; the message names that length.
        """
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")
