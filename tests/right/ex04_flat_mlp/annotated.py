"""Fully annotated: sizes in a frozen dataclass, a private method for each step, a final class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Sizes:
    vocabulary: int
    context: int
    embedding: int
    hidden: int

    @property
    def joined(self) -> int:
        return self.context * self.embedding


class WrongWindow(ValueError):
    def __init__(self, length: int, context: int) -> None:
        super().__init__(f"a window of {length} tokens came, of {context} was expected")


@final
class FlatMLP(nn.Module):
    embedding: nn.Embedding
    hidden: nn.Linear
    output: nn.Linear

    def __init__(self, vocab_size: int, context: int, embedding_dim: int, hidden_dim: int) -> None:
        super().__init__()
        self.sizes: Final[Sizes] = Sizes(vocab_size, context, embedding_dim, hidden_dim)
        self.output = nn.Linear(self.sizes.hidden, self.sizes.vocabulary)
        self.hidden = nn.Linear(self.sizes.joined, self.sizes.hidden)
        self.embedding = nn.Embedding(self.sizes.vocabulary, self.sizes.embedding)

    def forward(self, tokens: Tensor) -> Tensor:
        self._check(tokens)
        return self.output(torch.tanh(self.hidden(self._joined(tokens))))

    def _check(self, tokens: Tensor) -> None:
        length: int = tokens.size(-1)
        if length != self.sizes.context:
            raise WrongWindow(length, self.sizes.context)

    def _joined(self, tokens: Tensor) -> Tensor:
        embedded: Tensor = self.embedding(tokens)
        return embedded.reshape(*tokens.shape[:-1], self.sizes.joined)
