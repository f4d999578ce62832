"""Exercise 4: the baseline that fuses the whole window in one step."""

import torch
from torch import Tensor, nn


class FlatMLP(nn.Module):
    """Embed each token, concatenate all embeddings, one hidden layer, tanh, logits.

    Attributes:
        embedding: nn.Embedding(vocab_size, embedding_dim).
        hidden: nn.Linear(context * embedding_dim, hidden_dim): the whole window in one step.
        output: nn.Linear(hidden_dim, vocab_size).

    Shape:
        tokens (B, context), int64 -> logits (B, vocab_size).

    Source: Bengio et al. 2003, "A Neural Probabilistic Language Model"; Karpathy's makemore part 2.
    """

    def __init__(self, vocab_size: int, context: int, embedding_dim: int, hidden_dim: int) -> None:
        """Build the three layers.

        Args:
            vocab_size: number of tokens, V.
            context: tokens in a window.
            embedding_dim: numbers per token.
            hidden_dim: outputs of the one fusion.
        """
        super().__init__()
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")

    def forward(self, tokens: Tensor) -> Tensor:
        """Score the next token.

        Args:
            tokens: int64 (B, context), the newest last.

        Returns:
            Logits (B, V): output(tanh(hidden(embeddings, concatenated oldest first))).

        Raises:
            ValueError: a window of another length; the message names that length.
        """
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")
