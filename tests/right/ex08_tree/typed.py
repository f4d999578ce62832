"""Fully annotated: sizes in a dataclass, the depth cached, an iterator that yields the levels, subclasses of torch's."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

import torch
from torch import Tensor, nn

from .ex01_receptive_field import levels_needed, receptive_field
from .ex07_fusion import Fusion


@functools.cache
def depth_of(context: int, group: int) -> int:
    """The levels of a tree; only a power of the group has one."""
    try:
        depth = levels_needed(context, group)
    except ValueError as error:
        raise ValueError(f"no tree: context={context}, group={group}") from error
    if depth == 0 or receptive_field(depth, group) != context:
        raise ValueError(f"no tree: context={context} is not a power of group={group}")
    return depth


@dataclass(frozen=True, slots=True)
class Sizes:
    vocabulary: int
    context: int
    embedding: int
    hidden: int
    group: int
    normalize: bool

    @property
    def inputs(self) -> tuple[int, ...]:
        return (self.embedding, *(self.hidden,) * (depth_of(self.context, self.group) - 1))


class Score(nn.Linear):
    SHARE: ClassVar[float] = 0.1

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs)
        with torch.no_grad():
            self.weight.copy_(self.weight * self.SHARE)


class FusionTree(nn.Module):
    def __init__(
        self,
        vocab_size: int,
        context: int,
        embedding_dim: int,
        hidden_dim: int,
        group: int = 2,
        normalize: bool = True,
    ) -> None:
        super().__init__()
        self.sizes: Final[Sizes] = Sizes(vocab_size, context, embedding_dim, hidden_dim, group, normalize)
        levels = [Fusion(inputs, hidden_dim, group, normalize) for inputs in self.sizes.inputs]
        self.output: Final[Score] = Score(hidden_dim, vocab_size)
        self.levels: Final[nn.ModuleList] = nn.ModuleList(levels)
        self.embedding: Final[nn.Embedding] = nn.Embedding(vocab_size, embedding_dim)

    @property
    def context(self) -> int:
        return self.sizes.context

    @property
    def group(self) -> int:
        return self.sizes.group

    def walk(self, tokens: Tensor) -> Iterator[Tensor]:
        match tuple(tokens.shape):
            case (_, time) if time == self.context:
                state: Tensor = self.embedding(tokens)
            case shape:
                raise ValueError(f"tokens {shape} are not (batch, {self.context})")
        yield state
        for level in self.levels:
            state = level(state)
            yield state

    def level_outputs(self, tokens: Tensor) -> list[Tensor]:
        return list(self.walk(tokens))

    def forward(self, tokens: Tensor) -> Tensor:
        state: Tensor = tokens
        for state in self.walk(tokens):
            pass
        return self.output(state)
