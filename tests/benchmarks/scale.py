"""What a context costs: size, counted work, time and memory of a tree by windows, at all positions and as a stream.

python tests/benchmarks/scale.py [ROUNDS]     5 rounds in turns by default: a minute or two; no test reads this. It runs
the solutions of exercises 8, 11 and 12 on one thread. It needs Linux: memory is that of a process forked for it.
"""

import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from grader.answers.local_answers import Answers
from grader.base import paths
from grader.kata import curriculum

SOLUTIONS = Answers(paths.checkout().exercises, [exercise.name for exercise in curriculum.exercises()])
SOLUTIONS.take_references()
CONTEXTS = (8, 64, 256, 1024)
LETTERS, EMBEDDING, HIDDEN = 27, 24, 128
WINDOWS, POSITIONS, STEPS = 64, 4096, 64
ROUND_SECONDS = 0.1
MIB = 1 << 20


@dataclass(frozen=True)
class Way:
    """One way to score a text, and how many positions a call scores."""

    name: str
    positions: int
    call: Callable[[], object]


@dataclass(frozen=True)
class Cost:
    """Of one position: fusions, operations in products of matrices, seconds."""

    fusions: float
    flops: float
    seconds: float


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    torch.set_num_threads(1)
    print(
        f"{'context':>7} {'levels':>6} {'tree':>10} {'flat':>10}   parameters; the flat model has {HIDDEN} hidden, too"
    )
    for context in CONTEXTS:
        tree = new_tree(context)
        size = sum(parameter.numel() for parameter in tree.parameters())
        outside = LETTERS * EMBEDDING + HIDDEN + HIDDEN * LETTERS + LETTERS
        flat = outside + SOLUTIONS.ex01_receptive_field.flat_weights(context, EMBEDDING, HIDDEN)
        print(f"{context:7,} {len(tree.levels):6} {size:10,} {flat:10,}")
    # Before this process does any work: the memory that it would keep is memory that its forks need not ask for.
    peaks = [[peak(context, number) for number in range(len(ways_of(new_tree(context))))] for context in CONTEXTS]
    print(f"\n{'context':>7} {'way':25} {'fusions':>8} {'MFLOP':>8} {'us':>8} {'faster':>6} {'MiB':>6}", end="")
    print(f"   a position; median of {rounds} rounds, beside the line above; peak of a call")
    for context, of_context in zip(CONTEXTS, peaks, strict=True):
        tree = new_tree(context)
        ways = ways_of(tree)
        costs = measured(tree, ways, rounds)
        for number, (way, cost, most) in enumerate(zip(ways, costs, of_context, strict=True)):
            figures = f"{cost.fusions:8.1f} {cost.flops / 1e6:8.3f} {cost.seconds * 1e6:8.1f}"
            faster = f"{costs[number - 1].seconds / cost.seconds:6.1f}" if number % 2 else " " * 6
            print(f"{context:7,} {way.name:25} {figures} {faster} {most / MIB:6.1f}", flush=True)


def new_tree(context: int) -> nn.Module:
    torch.manual_seed(0)
    return SOLUTIONS.ex08_tree.FusionTree(LETTERS, context, EMBEDDING, HIDDEN).eval()


def ways_of(tree: nn.Module, windows: int = WINDOWS, positions: int = POSITIONS, steps: int = STEPS) -> list[Way]:
    """To score a text that is there, and to write one: each by windows, and by computing every node once."""
    generator = torch.Generator().manual_seed(0)
    text = torch.randint(LETTERS, (1, tree.context + max(windows, positions, steps)), generator=generator)
    all_windows = text[0].unfold(0, tree.context, 1)
    stream = SOLUTIONS.ex12_streaming.StreamingTree(tree)

    @torch.no_grad()
    def by_windows() -> Tensor:
        return tree(all_windows[:windows])

    @torch.no_grad()
    def window_by_window() -> list[Tensor]:
        return [tree(window) for window in all_windows[:steps].split(1)]

    return [
        Way(f"{windows} windows at once", windows, by_windows),
        Way(
            f"{positions:,} positions at once",
            positions,
            lambda: SOLUTIONS.ex11_all_positions.all_positions(tree, text[:, :positions]),
        ),
        Way("window by window", steps, window_by_window),
        Way("a stream, token by token", steps, lambda: [stream.step(token) for token in text[0, :steps].tolist()]),
    ]


def measured(tree: nn.Module, ways: list[Way], rounds: int) -> list[Cost]:
    """The ways in turns, so that what else the machine does meets all of them."""
    works = [counted(way.call, tree) for way in ways]
    repeats = [max(1, round(ROUND_SECONDS / timed(way, 1) / way.positions)) for way in ways]
    taken = [[timed(way, count) for way, count in zip(ways, repeats, strict=True)] for _ in range(rounds)]
    return [
        Cost(fusions / way.positions, flops / way.positions, statistics.median(seconds))
        for way, (fusions, flops), seconds in zip(ways, works, zip(*taken, strict=True), strict=True)
    ]


def timed(way: Way, repeats: int) -> float:
    """Seconds a position."""
    started = time.perf_counter()
    for _ in range(repeats):
        way.call()
    return (time.perf_counter() - started) / repeats / way.positions


def counted(call: Callable[[], object], tree: nn.Module) -> tuple[int, int]:
    """Fusions and operations of a call: a fusion is one row of a level's product."""
    rows: list[int] = []

    def count(_: nn.Module, __: tuple[Tensor, ...], output: Tensor) -> None:
        rows.append(output.numel() // HIDDEN)

    hooks = [level.linear.register_forward_hook(count) for level in tree.levels]
    with FlopCounterMode(display=False) as counter:
        call()
    for hook in hooks:
        hook.remove()
    return sum(rows), counter.get_total_flops()


def peak(context: int, number: int) -> int:
    """Bytes by which one way raises the memory of a process, at the most; a small call first loads the code."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        ways_of(new_tree(8), windows=2, positions=2, steps=2)[number].call()
        way = ways_of(new_tree(context))[number]
        before = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        way.call()
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        os.write(writing, str(max(most - before, 0)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        raised = int(answer.read())
    os.waitpid(child, 0)
    return raised


if __name__ == "__main__":
    main()
