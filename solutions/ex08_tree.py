"""Exercise 8: the whole tree. Levels of fusions reduce the window to one vector that has seen all of it."""

import torch
from torch import Tensor, nn

from .ex01_receptive_field import level_lengths
from .ex07_fusion import Fusion


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
        # BEGIN SOLUTION
        depth = len(level_lengths(context, group)) - 1
        if depth < 1:
            raise ValueError(f"context must be at least group {group}, got context {context}")
        self.context = context
        self.group = group
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        widths = [embedding_dim] + [hidden_dim] * (depth - 1)
        self.levels = nn.ModuleList(Fusion(width, hidden_dim, group, normalize) for width in widths)
        self.output = nn.Linear(hidden_dim, vocab_size)
        with torch.no_grad():
            self.output.weight *= 0.1  # the first guesses are humble: near uniform over the vocabulary
        # END SOLUTION

    def level_outputs(self, tokens: Tensor) -> list[Tensor]:
        """Return the embedding and the output of every level.

        Args:
            tokens: int64 (B, context), the newest last.

        Returns:
            A list from the bottom to the root: (B, 8, E), (B, 4, H), (B, 2, H), (B, H) for context 8.

        Raises:
            ValueError: the window has a different length; the message includes that length.
        """
        # BEGIN SOLUTION
        if tokens.dim() != 2 or tokens.shape[1] != self.context:
            raise ValueError(f"tokens must be (B, {self.context}), got {tuple(tokens.shape)}")
        outputs = [self.embedding(tokens)]
        for level in self.levels:
            outputs.append(level(outputs[-1]))
        return outputs
        # END SOLUTION

    def forward(self, tokens: Tensor) -> Tensor:
        """Score the next character.

        Args:
            tokens: int64 (B, context), the newest last.

        Returns:
            Logits (B, V).

        Raises:
            ValueError: the window has a different length; the message includes that length.
        """
        # BEGIN SOLUTION
        return self.output(self.level_outputs(tokens)[-1])
        # END SOLUTION
