"""What a context is worth on a text with a long memory: trees of contexts 8 to 1,024 trained on it, beside the optimum.

python tests/benchmarks/echoes.py [DISTANCE ...]     echoes of 8 and 1,024 letters by default: about two minutes of one
core; no test reads this. The tree is exercise 8's, measured by exercise 11's `all_positions`.
"""

import sys
import time
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from data.echoes import make_text, optimum, true_loss
from grader.answers.local_answers import Answers
from grader.base import paths
from grader.kata import curriculum

CONTEXTS = (8, 64, 256, 1024)
EMBEDDING, HIDDEN = 16, 64
LETTERS, SEED = 2_000_000, 0
HELD_OUT, HELD_OUT_SEED = 60_000, 1
# Of four echoes the tree of 1,024 finds three with this; rates of 0.0012, 0.005 and 0.01, decay, 32 or 128 channels and
# 1,400 steps found no more.
STEPS, POSITIONS, RATE, BETAS, WARM_UP = 200, 8192, 4e-3, (0.9, 0.98), 0.3


def main() -> None:
    distances = [int(argument) for argument in sys.argv[1:]] or [8, 1024]
    torch.set_num_threads(1)
    solutions = Answers(paths.checkout().exercises, [exercise.name for exercise in curriculum.exercises()])
    solutions.take_references()
    text = torch.from_numpy(make_text(distances, LETTERS, SEED))
    held_out = make_text(distances, HELD_OUT, HELD_OUT_SEED)
    told = " ".join(f"{distance:>7,}" for distance in distances)
    print(f"nats a letter, {STEPS * POSITIONS:,} letters learnt; then nats a bit, by the distance of its echo")
    print(f"{'context':>7} {'parameters':>10} {'optimum':>8} {'possible':>8} {'tree':>8} {'CPU s':>6}   {told}")
    for context in CONTEXTS:
        torch.manual_seed(0)
        tree = solutions.ex08_tree.FusionTree(2 ** len(distances), context, EMBEDDING, HIDDEN)
        started = time.process_time()
        train(tree, text)
        seconds = time.process_time() - started
        tokens = torch.from_numpy(held_out)
        bits = losses(solutions.ex11_all_positions.all_positions(tree, tokens[None, :-1])[0], tokens, max(distances))
        size = sum(parameter.numel() for parameter in tree.parameters())
        possible = true_loss(distances, held_out, context)
        figures = f"{optimum(distances, context):8.4f} {possible:8.4f} {bits[0]:8.4f} {seconds:6.1f}"
        by_bit = " ".join(f"{bit:7.4f}" for bit in bits[1:])
        print(f"{context:7,} {size:10,} {figures}   {by_bit}", flush=True)


def train(tree: nn.Module, text: Tensor) -> None:
    """AdamW on stretches of the text, all their positions at once; the rate climbs and comes down in straight lines."""
    optimizer = torch.optim.AdamW(tree.parameters(), betas=BETAS, weight_decay=0.0)
    generator = torch.Generator().manual_seed(0)
    tree.train()
    for step in range(STEPS):
        share = (step + 0.5) / STEPS
        optimizer.param_groups[0]["lr"] = RATE * min(share / WARM_UP, (1 - share) / (1 - WARM_UP))
        start = int(torch.randint(len(text) - tree.context - POSITIONS, (1,), generator=generator))
        stretch = text[start : start + tree.context + POSITIONS]
        optimizer.zero_grad()
        F.cross_entropy(after_full_windows(tree, stretch[:-1]), stretch[tree.context :]).backward()
        optimizer.step()


def after_full_windows(tree: nn.Module, tokens: Tensor) -> Tensor:
    """Logits after each window that lies whole in the text: exercise 11's pass with gradients, and without padding.

    A normalisation sees each node once. That is as good as the window tree's statistics: in an endless text each place
    of a window holds the same mixture of nodes.
    """
    nodes = tree.embedding(tokens)[None]
    for number, level in enumerate(tree.levels):
        distance = tree.group**number
        pairs = torch.stack([nodes[:, :-distance], nodes[:, distance:]], dim=2)
        nodes = level(pairs.flatten(0, 1)).unflatten(0, pairs.shape[:2])
    logits: Tensor = tree.output(nodes[0])
    return logits


def losses(logits: Tensor, text: Tensor, first: int) -> Sequence[float]:
    """The loss of a letter, and that of each of its bits by itself, over all letters from `first` on."""
    said = logits[first - 1 :].log_softmax(-1)
    targets = text[first:]
    found = [F.nll_loss(said, targets).item()]
    letters = torch.arange(said.shape[1])
    for bit in range(said.shape[1].bit_length() - 1):
        of_bit = torch.stack([said[:, letters >> bit & 1 == value].logsumexp(-1) for value in (0, 1)], dim=-1)
        found.append(F.nll_loss(of_bit, targets >> bit & 1).item())
    return found


if __name__ == "__main__":
    main()
