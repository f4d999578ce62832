"""A frozen dataclass holds the tree; the functions are one line each. Errors are a subclass of ValueError."""

from dataclasses import dataclass


class WrongArgument(ValueError):
    def __init__(self, argument: str, value: int, why: str) -> None:
        super().__init__(argument, value, why)


@dataclass(frozen=True)
class Tree:
    group: int
    context: int | None = None
    embedding_dim: int = 1
    hidden_dim: int = 1

    def __post_init__(self):
        if self.group < 2:
            raise WrongArgument("group", self.group, "nothing to join")
        for name in ("context", "embedding_dim", "hidden_dim"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise WrongArgument(name, value, "nothing there")

    @property
    def levels(self) -> int:
        levels = 0
        while self.group**levels < self.context:
            levels += 1
        return levels

    @property
    def lengths(self) -> list[int]:
        if self.group**self.levels > self.context:
            raise WrongArgument("context", self.context, f"not a power of {self.group}")
        return [self.context // self.group**level for level in range(self.levels + 1)]


def receptive_field(levels: int, group: int = 2) -> int:
    if levels < 0:
        raise WrongArgument("levels", levels, "below the ground")
    return pow(Tree(group).group, levels)


def levels_needed(context: int, group: int = 2) -> int:
    return Tree(group, context).levels


def level_lengths(context: int, group: int = 2) -> list[int]:
    return Tree(group, context).lengths


def flat_weights(context: int, embedding_dim: int, hidden_dim: int) -> int:
    Tree(2, context, embedding_dim, hidden_dim)
    return context * embedding_dim * hidden_dim


def tree_weights(context: int, embedding_dim: int, hidden_dim: int, group: int = 2) -> int:
    levels = len(Tree(group, context, embedding_dim, hidden_dim).lengths) - 1
    return group * hidden_dim * (embedding_dim + (levels - 1) * hidden_dim) if levels > 0 else 0
