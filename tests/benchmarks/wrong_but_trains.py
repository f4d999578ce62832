"""Trees with a wrong layer inside, trained as the right one: does the validation loss show it? No test reads this.

python tests/benchmarks/wrong_but_trains.py [SEEDS [STEPS]]     3 seeds of 3,000 steps by default: about four minutes of
one core. The tree is exercise 8's for context 8, the loop exercise 9's, the words are the 5,163 names of the course.
"""

import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from grader.answers.local_answers import Answers
from grader.base import paths
from grader.kata import curriculum

SOLUTIONS = Answers(paths.checkout().exercises, [exercise.name for exercise in curriculum.exercises()])
SOLUTIONS.take_references()
CONTEXT, EMBEDDING, HIDDEN = 8, 24, 128
SPLIT_SEED = 42
STEPS = 3_000


@dataclass(frozen=True)
class Examples:
    """Windows to learn from and held-out ones, each with the characters that follow them."""

    inputs: Tensor
    targets: Tensor
    held_out_inputs: Tensor
    held_out_targets: Tensor


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else STEPS
    torch.set_num_threads(1)
    words = names()
    vocab_size, examples = len(SOLUTIONS.ex03_windows.build_vocabulary(words)), split_by_words(words)
    for name, spoil in WRONG.items():
        losses = []
        for seed in range(seeds):
            torch.manual_seed(seed)
            tree = SOLUTIONS.ex08_tree.FusionTree(vocab_size, CONTEXT, EMBEDDING, HIDDEN)
            for level in tree.levels:
                spoil(level)
            losses.append(loss_after_training(tree, examples, seed, steps))
        figures = "  ".join(f"{loss:.3f}" for loss in losses)
        print(f"{name:20} mean {statistics.mean(losses):.3f}   {figures}", flush=True)


def names() -> list[str]:
    """The 5,163 names of the course."""
    return (paths.checkout().data / "names.txt").read_text(encoding="ascii").split()


def split_by_words(words: list[str]) -> Examples:
    """Cut windows of 80 % of the words to learn from, and of the next 10 % to validate on."""
    windows = SOLUTIONS.ex03_windows
    vocabulary = windows.build_vocabulary(words)
    learnt, held_out, _ = windows.split_words(words, SPLIT_SEED)
    return Examples(
        *windows.make_windows(learnt, vocabulary, CONTEXT), *windows.make_windows(held_out, vocabulary, CONTEXT)
    )


def loss_after_training(model: nn.Module, examples: Examples, seed: int, steps: int = STEPS) -> float:
    """Train a model in place by exercise 9's loop; return its loss on the held-out windows."""
    training = SOLUTIONS.ex09_training
    training.train(
        model,
        examples.inputs,
        examples.targets,
        steps=steps,
        learning_rate=lambda step: training.step_decay(step, steps),
        generator=torch.Generator().manual_seed(seed),
    )
    loss: float = training.mean_loss(model, examples.held_out_inputs, examples.held_out_targets)
    return loss


class InAnotherOrder(nn.Module):
    """Pairs of neighbours in the right shape, with the values in a wrong order."""

    def __init__(self, reorder: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.reorder = reorder

    def forward(self, x: Tensor) -> Tensor:
        """Reorder, and drop a time axis of one."""
        return self.reorder(x).squeeze(1)


def interleaved(x: Tensor) -> Tensor:
    batch, time, channels = x.shape
    return x.reshape(batch, time // 2, 2, channels).transpose(2, 3).reshape(batch, time // 2, 2 * channels)


def newest_first(x: Tensor) -> Tensor:
    return torch.cat([x[:, 1::2], x[:, ::2]], dim=-1)


def halves(x: Tensor) -> Tensor:
    half = x.shape[1] // 2
    return torch.cat([x[:, :half], x[:, half:]], dim=-1)


class OverTheBatchAlone(nn.Module):
    """Normalisation whose statistics are taken over the batch alone: one mean per place and channel."""

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, right: nn.Module) -> None:
        super().__init__()
        self.weight, self.bias, self.eps, self.momentum = right.weight, right.bias, right.eps, right.momentum
        self.register_buffer("running_mean", torch.zeros(1))
        self.register_buffer("running_var", torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise as exercise 6 does, but for the axes."""
        mean, variance = self.running_mean, self.running_var
        if self.training:
            mean, variance = x.mean(0), x.var(0, correction=0)
            with torch.no_grad():
                self.running_mean = self.running_mean + self.momentum * (mean - self.running_mean)
                unbiased = variance * len(x) / (len(x) - 1)
                self.running_var = self.running_var + self.momentum * (unbiased - self.running_var)
        return (x - mean) / torch.sqrt(variance + self.eps) * self.weight + self.bias


def with_order(reorder: Callable[[Tensor], Tensor]) -> Callable[[nn.Module], None]:
    def spoil(level: nn.Module) -> None:
        level.flatten = InAnotherOrder(reorder)

    return spoil


def with_norm_over_the_batch_alone(level: nn.Module) -> None:
    level.norm = OverTheBatchAlone(level.norm)


WRONG: dict[str, Callable[[nn.Module], None]] = {
    "right": lambda level: None,
    "channels interleaved": with_order(interleaved),
    "newest first": with_order(newest_first),
    "halves joined": with_order(halves),
    "norm over the batch": with_norm_over_the_batch_alone,
}

if __name__ == "__main__":
    main()
