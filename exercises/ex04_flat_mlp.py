"""Exercise 4: the flat model, which fuses the whole window in one step."""

import torch
from torch import Tensor, nn


class FlatMLP(nn.Module):
    """Score the next token from the whole window at once, with one hidden layer.

    Attributes:
        embedding: nn.Embedding(vocab_size, embedding_dim), one row per token.
        hidden: nn.Linear(context * embedding_dim, hidden_dim), which reads the window, oldest token first.
        output: nn.Linear(hidden_dim, vocab_size), which reads the tanh of the hidden sums.

    Shape:
        tokens (B, context), int64 -> logits (B, vocab_size).

    Source: Bengio et al. 2003, "A Neural Probabilistic Language Model"; Karpathy's makemore part 2.
    """

    def __init__(self, vocab_size: int, context: int, embedding_dim: int, hidden_dim: int) -> None:
        """Build the three layers.

        Args:
            vocab_size: number of different tokens, V.
            context: number of tokens in a window.
            embedding_dim: numbers in the embedding of a token, E.
            hidden_dim: outputs of the hidden layer, H.
        """
        super().__init__()
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")

    def forward(self, tokens: Tensor) -> Tensor:
        """Score the next token.

        Args:
            tokens: int64 (B, context), the newest last.

        Returns:
            Logits (B, V): the scores of the next token, without a softmax.

        Raises:
            ValueError: the window has a different length than `context`; the message includes that length.
        """
        # Your code goes here, in place of the line below.
        raise NotImplementedError("not written yet")


if __name__ == "__main__":
    print("To call your own code: python -im exercises.ex04_flat_mlp; to check it: grade 4")
