"""Trees of exercise 8 side by side, on windows in pieces: the same function, with less work. No training is here.

A fusion is linear before its normalisation: W [older; newer] = W_older older + W_newer newer. So each piece is
multiplied by both halves of the weight once, wherever it stands later, and a longer piece is the sum of two rows that
are there already. The stack goes further in the same way: trees of one shape read the same pieces, so a level of all
of them is one product of matrices and one look-up of rows that hold the channels of tree after tree.

In evaluation the values are the window tree's. In training the statistics of a normalisation are over the distinct
pieces, each counted once, where the window tree counts a piece as often as it occurs; the running statistics follow,
so that evaluation stays in step with training.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from grader.learner.training.distinct_pieces import Pieces

State = Mapping[str, Tensor]  # a FusionTree's state_dict
MOMENTUM, EPS = 0.1, 1e-5  # of exercise 6


class FusionStack(nn.Module):
    """One level of K trees: (M, K, C) pieces of the level below -> (M', K, H) pieces of this one."""

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, states: Sequence[State], level: int) -> None:
        super().__init__()
        self.level, self.trees = level, len(states)
        weights = torch.stack([state[f"levels.{level}.linear.weight"] for state in states])  # (K, H, 2C)
        self.hidden = weights.shape[1]
        self.weight = nn.Parameter(weights.unflatten(2, (2, -1)).permute(0, 3, 2, 1).flatten(2))  # (K, C, 2H)
        self.gain = nn.Parameter(self._joined(states, "weight"))
        self.shift = nn.Parameter(self._joined(states, "bias"))
        self.register_buffer("running_mean", self._joined(states, "running_mean"))
        self.register_buffer("running_var", self._joined(states, "running_var"))

    def _joined(self, states: Sequence[State], name: str) -> Tensor:
        return torch.cat([state[f"levels.{self.level}.norm.{name}"] for state in states]).clone()

    def forward(self, below: Tensor, halves: Tensor) -> Tensor:
        """Fuse the halves of each piece.

        Args:
            below: (M, K, C), the pieces one level below.
            halves: int64 (M', 2), of each piece the numbers of its older and its newer half.

        Returns:
            (M', K, H).
        """
        both = torch.bmm(below.transpose(0, 1), self.weight)  # (K, M, 2H): each piece as an older and as a newer half
        rows = both.unflatten(2, (2, self.hidden)).permute(1, 2, 0, 3).reshape(-1, self.trees * self.hidden)
        places = 2 * halves + torch.arange(2, device=halves.device)
        summed = F.embedding_bag(places, rows, mode="sum")  # looks up and adds in one step, backward too
        running = self.running_mean, self.running_var
        normal = F.batch_norm(summed, *running, self.gain, self.shift, self.training, MOMENTUM, EPS)
        return torch.tanh(normal).unflatten(1, (self.trees, self.hidden))

    def put(self, states: Sequence[dict[str, Tensor]]) -> None:
        """Add this level's tensors to the states of the trees."""
        weights = self.weight.unflatten(2, (2, self.hidden)).permute(0, 3, 2, 1).flatten(2)
        norm: dict[str, Tensor] = {"weight": self.gain, "bias": self.shift}
        norm |= {"running_mean": self.running_mean, "running_var": self.running_var}
        for tree, state in enumerate(states):
            state[f"levels.{self.level}.linear.weight"] = weights[tree]
            for name, joined in norm.items():
                state[f"levels.{self.level}.norm.{name}"] = joined.unflatten(0, (self.trees, -1))[tree]


class TreeStack(nn.Module):
    """K trees of one shape: pieces -> logits (K, M, V) of the M distinct windows.

    Args:
        states: the `state_dict` of each tree; groups of 2, normalised.
    """

    def __init__(self, states: Sequence[State]) -> None:
        super().__init__()
        depth = sum(name.startswith("levels.") and name.endswith(".linear.weight") for name in states[0])
        self.embedding = nn.Parameter(torch.stack([state["embedding.weight"] for state in states], dim=1))  # (V, K, E)
        self.fusions = [FusionStack(states, level) for level in range(depth)]
        self.levels = nn.ModuleList(self.fusions)
        self.weight = nn.Parameter(torch.stack([state["output.weight"].T for state in states]))  # (K, H, V)
        self.bias = nn.Parameter(torch.stack([state["output.bias"] for state in states])[:, None])

    def forward(self, pieces: Pieces) -> Tensor:
        """Score the next character after each distinct window, by each tree."""
        fused: Tensor = self.embedding
        for level, halves in zip(self.fusions, pieces.levels, strict=True):
            fused = level(fused, halves)
        return torch.baddbmm(self.bias, fused.transpose(0, 1), self.weight)

    def matrices(self) -> list[nn.Parameter]:
        """Return the weights in front of a normalisation, of which only the direction matters."""
        return [level.weight for level in self.fusions]

    def states(self) -> list[dict[str, Tensor]]:
        """Return the `state_dict` of each tree, for exercise 8's FusionTree; copies in main memory."""
        with torch.no_grad():
            trees = range(self.weight.shape[0])
            states = [
                {
                    "embedding.weight": self.embedding[:, tree],
                    "output.weight": self.weight[tree].T,
                    "output.bias": self.bias[tree, 0],
                }
                for tree in trees
            ]
            for level in self.fusions:
                level.put(states)
            return [{name: tensor.detach().cpu().clone().contiguous() for name, tensor in s.items()} for s in states]
