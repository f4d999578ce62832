"""`level_outputs` hands out copies, `forward` takes the last tensor of the walk; the embedding reads one long row."""

from torch import Tensor, nn

from .ex07_fusion import Fusion


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
        if group <= 1:
            raise ValueError(f"group is {group}, it must be at least two")
        depth = 1
        while group**depth < context:
            depth += 1
        if group**depth != context:
            raise ValueError(f"context is {context}, not {group} ** {depth}")
        self.context = context
        self.group = group
        self.normalize = normalize
        self.depth = depth
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.levels = nn.ModuleList()
        for number in range(depth):
            self.levels.append(Fusion([embedding_dim, hidden_dim][number > 0], hidden_dim, group, normalize))
        self.output = nn.Linear(hidden_dim, vocab_size)
        self.output.weight.requires_grad_(False).mul_(0.1).requires_grad_(True)

    def _walk(self, tokens: Tensor):
        batch, time = tokens.shape
        if time != self.context:
            raise ValueError(f"time must be {self.context}, not {time}")
        states = [self.embedding(tokens.reshape(-1)).reshape(batch, time, -1)]
        for level in self.levels:
            states.append(level(states[-1]))
        return states

    def level_outputs(self, tokens: Tensor) -> list[Tensor]:
        return [state.clone() for state in self._walk(tokens)]

    def forward(self, tokens: Tensor) -> Tensor:
        return self.output(self._walk(tokens)[self.depth])
