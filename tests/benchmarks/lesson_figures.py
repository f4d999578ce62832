"""Measures the figures of `exercises/measurements.md` that have no script of their own. No test reads this.

python tests/benchmarks/lesson_figures.py SECTION     first-loss, normalisation, reshape-or-convolution, small-lists or
splits: from a second (first-loss) to 140 CPU seconds (normalisation). The words are the 5,163 names of the course, and
exercise 9's loop trains on them.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from wrong_but_trains import CONTEXT, EMBEDDING, HIDDEN, SOLUTIONS, Examples, loss_after_training, names, split_by_words

SEEDS = range(3)
STEPS = (3_000, 10_000)
FRESH = range(10)  # seeds of untrained trees
SHUFFLES = range(6)
SHORT_LIST = 400  # names
TIMED = [(32, 4), (4096, 4), (32, 1024)]  # batch and time
ROUNDS, ROUND_SECONDS = 7, 0.1

WORDS = names()
VOCABULARY = SOLUTIONS.ex03_windows.build_vocabulary(WORDS)


def main() -> None:
    sections: dict[str, Callable[[], None]] = {
        "first-loss": first_loss,
        "normalisation": normalisation,
        "reshape-or-convolution": reshape_or_convolution,
        "small-lists": small_lists,
        "splits": splits,
    }
    if len(sys.argv) != 2 or sys.argv[1] not in sections:
        sys.exit(f"usage: lesson_figures.py {'|'.join(sections)}")
    torch.set_num_threads(1)
    started = time.process_time()
    sections[sys.argv[1]]()
    print(f"{time.process_time() - started:.0f} CPU seconds")


def first_loss() -> None:
    """Fresh trees, in training mode, on one batch of all validation windows; with and without exercise 8's scaling."""
    examples = split_by_words(WORDS)
    for name, factor in {"scaled by 0.1": 1.0, "not scaled": 10.0}.items():
        losses = []
        for seed in FRESH:
            torch.manual_seed(seed)
            tree = new_tree()
            with torch.no_grad():
                tree.output.weight *= factor
                losses.append(F.cross_entropy(tree(examples.held_out_inputs), examples.held_out_targets).item())
        print(row(name, losses))


def normalisation() -> None:
    """Trees with another normalisation or none, after few steps and after more."""
    compare({"batch": new_tree, "layer": layer_normalised_tree, "none": lambda: new_tree(normalize=False)})


def small_lists() -> None:
    """A tree and flat models of equal size, after few steps and after more."""
    compare(
        {
            "tree": lambda: new_tree(10, 68),
            "flat, normalised": normalised_flat_model,
            "flat": lambda: new_flat_model(10, 200),
        }
    )


def splits() -> None:
    """A flat model on shuffles that hold out a fifth of the words or of the windows, and on a part of those words."""
    cut = SOLUTIONS.ex03_windows.make_windows
    inputs, targets = cut(WORDS, VOCABULARY, CONTEXT)
    by_words, on_short_lists, by_windows = [], [], []
    for seed in SHUFFLES:
        learnt, held_out, _ = SOLUTIONS.ex03_windows.split_words(WORDS, seed, (0.8, 0.2, 0.0))
        examples = Examples(*cut(learnt, VOCABULARY, CONTEXT), *cut(held_out, VOCABULARY, CONTEXT))
        torch.manual_seed(seed)
        model, other = new_flat_model(), new_flat_model()
        by_words.append(loss_after_training(model, examples, seed, STEPS[1]))
        short_list = cut(held_out[:SHORT_LIST], VOCABULARY, CONTEXT)
        on_short_lists.append(SOLUTIONS.ex09_training.mean_loss(model, *short_list))
        rows = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(seed))
        first, others = rows[: len(examples.inputs)], rows[len(examples.inputs) :]
        examples = Examples(inputs[first], targets[first], inputs[others], targets[others])
        by_windows.append(loss_after_training(other, examples, seed, STEPS[1]))
    print(row("by words", by_words))
    print(row(f"by words, {SHORT_LIST} of the held-out", on_short_lists))
    print(row("by windows", by_windows))
    print(row("words minus windows", [a - b for a, b in zip(by_words, by_windows, strict=True)]))


def reshape_or_convolution() -> None:
    """The linear map of one level, 128 channels to 128, in three ways that compute the same; CPU milliseconds."""
    fusion = SOLUTIONS.ex07_fusion.Fusion(HIDDEN, HIDDEN)
    kernel = fusion.linear.weight.detach().unflatten(1, (2, HIDDEN)).transpose(1, 2).contiguous()
    ways: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
        "reshape and linear": lambda x, _: fusion.linear(fusion.flatten(x)),
        "conv1d on (B, C, T)": lambda _, x: F.conv1d(x, kernel, stride=2),
        "conv1d on (B, T, C)": lambda x, _: F.conv1d(x.transpose(1, 2), kernel, stride=2).transpose(1, 2).contiguous(),
    }
    for batch, length in TIMED:
        x = torch.randn(batch, length, HIDDEN)
        both_layouts = x, x.transpose(1, 2).contiguous()
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        with torch.no_grad():
            torch.testing.assert_close(ways["conv1d on (B, T, C)"](*both_layouts), fusion.linear(fusion.flatten(x)))
            for _ in range(ROUNDS):
                for name, way in ways.items():
                    seconds[name].append(cpu_seconds(partial(way, *both_layouts)))
        for name, measured in seconds.items():
            least, median, most = (1000 * found(measured) for found in (min, statistics.median, max))
            print(f"({batch}, {length}) {name:22} {median:8.3f} ms   {least:.3f}–{most:.3f}", flush=True)


def compare(models: dict[str, Callable[[], nn.Module]]) -> None:
    """Train each model with each seed and number of steps."""
    examples = split_by_words(WORDS)
    for steps in STEPS:
        for name, build in models.items():
            losses = []
            for seed in SEEDS:
                torch.manual_seed(seed)
                model = build()
                losses.append(loss_after_training(model, examples, seed, steps))
            size = sum(parameter.numel() for parameter in model.parameters())
            print(row(f"{steps} steps, {name}", losses), f"  {size} parameters", flush=True)


def new_tree(embedding: int = EMBEDDING, hidden: int = HIDDEN, normalize: bool = True) -> Any:
    return SOLUTIONS.ex08_tree.FusionTree(len(VOCABULARY), CONTEXT, embedding, hidden, normalize=normalize)


def layer_normalised_tree() -> Any:
    tree = new_tree()
    for level in tree.levels:
        level.norm = nn.LayerNorm(HIDDEN)
    return tree


def new_flat_model(embedding: int = EMBEDDING, hidden: int = HIDDEN) -> Any:
    return SOLUTIONS.ex04_flat_mlp.FlatMLP(len(VOCABULARY), CONTEXT, embedding, hidden)


def normalised_flat_model() -> Any:
    """The lecture's flat model: exercise 4's, with exercise 6's normalisation before tanh."""
    model = new_flat_model(10, 200)
    model.hidden = nn.Sequential(nn.Linear(CONTEXT * 10, 200, bias=False), SOLUTIONS.ex06_batch_norm.BatchNorm1d(200))
    return model


def cpu_seconds(way: Callable[[], Tensor]) -> float:
    """The CPU seconds of one call, over as many calls as fit into a round."""
    calls, started = 0, time.process_time()
    while time.process_time() - started < ROUND_SECONDS:
        way()
        calls += 1
    return (time.process_time() - started) / calls


def row(name: str, losses: Sequence[float]) -> str:
    spread = f"{min(losses):.3f}–{max(losses):.3f}   deviation {statistics.stdev(losses):.4f}"
    return f"{name:34} mean {statistics.mean(losses):.3f}   {spread}   ({len(losses)} runs)"


if __name__ == "__main__":
    main()
