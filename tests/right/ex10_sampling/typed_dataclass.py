"""Fully annotated: a frozen dataclass is the word so far, the inverse of the vocabulary is cached on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Draft:
    vocabulary: Mapping[str, int]
    window: Tensor
    tokens: tuple[int, ...] = field(default=())

    @cached_property
    def characters(self) -> dict[int, str]:
        return {token: character for character, token in self.vocabulary.items()}

    def longer(self, token: int) -> Draft:
        newest = torch.tensor([[token]])
        return replace(
            self,
            window=torch.hstack([self.window, newest]).narrow(1, 1, self.window.shape[1]),
            tokens=(*self.tokens, token),
        )

    def __str__(self) -> str:
        return "".join(map(self.characters.__getitem__, self.tokens))


def next_probabilities(model: nn.Module, windows: Tensor, temperature: float = 1.0) -> Tensor:
    _refuse_unless_positive(temperature)
    training: bool = model.training
    model.eval()
    try:
        with torch.no_grad():
            logits: Tensor = model(windows)
            return torch.nn.functional.softmax(torch.div(logits, temperature), dim=logits.dim() - 1)
    finally:
        model.train(training)


def sample_word(
    model: nn.Module,
    vocabulary: Mapping[str, int],
    context: int,
    *,
    generator: torch.Generator,
    temperature: float = 1.0,
    max_length: int = 50,
) -> str:
    _refuse_unless_positive(temperature)
    draft = Draft(vocabulary, torch.zeros((1, context), dtype=torch.int64))
    for _ in range(max_length):
        probabilities = next_probabilities(model, draft.window, temperature)
        token = int(torch.multinomial(probabilities, 1, generator=generator).item())
        if token == 0:
            return str(draft)
        draft = draft.longer(token)
    return str(draft)


def _refuse_unless_positive(temperature: float) -> None:
    if temperature <= 0:
        raise ValueError(f"temperature: a number above zero, not {temperature}")
