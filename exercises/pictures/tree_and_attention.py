"""Draw how much each place reads of each character, in a trained tree and in two layers of attention: `make pictures`.

Both are trained on the names with exercise 9's loop, with the reference solutions. For the tree, a share is the size of
the gradient of a node's output with respect to a character; for attention, it is the weight. So the two are not the same
quantity. Writes `tree_and_attention.svg` into this folder.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import torch
from torch import Tensor, nn

from grader.base import paths
from grader.kata import curriculum
from grader.answers.local_answers import Answers
from grader.kata.corpus import load_names

CONTEXT, EMBEDDING, HIDDEN, LAYERS = 8, 16, 48, 2
STEPS = 3000
SHOWN = ("marianne", "johannes")  # both of eight letters: their windows are full
CELL, ROOM, TOP, LEFT = 22, 54, 96, 116


class AttentionModel(nn.Module):
    """A small transformer: two layers of attention over characters and places, and logits of the last position."""

    def __init__(self, vocab_size: int, attend: Callable[..., tuple[Tensor, Tensor]]) -> None:
        super().__init__()
        self.attend = attend
        self.embedding = nn.Embedding(vocab_size, HIDDEN)
        self.place = nn.Parameter(torch.randn(CONTEXT, HIDDEN) / 4)
        self.asking = nn.ModuleList(nn.Linear(HIDDEN, 3 * HIDDEN) for _ in range(LAYERS))
        self.working = nn.ModuleList(nn.Linear(HIDDEN, HIDDEN) for _ in range(LAYERS))
        self.output = nn.Linear(HIDDEN, vocab_size)

    def forward(self, tokens: Tensor) -> Tensor:
        """Map tokens (B, context) to logits (B, V)."""
        logits: Tensor = self.output(self.layers(tokens)[0][:, -1])
        return logits

    def layers(self, tokens: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return the vectors after the last layer (B, context, C), and each layer's weights (B, context, context)."""
        x, drawn = self.embedding(tokens) + self.place, []
        for asking, working in zip(self.asking, self.working, strict=True):
            gathered, weights = self.attend(*asking(x).chunk(3, dim=-1))
            x = x + torch.tanh(working(gathered))
            drawn.append(weights)
        return x, drawn


def tree_shares(tree: Any, tokens: Tensor) -> list[Tensor]:
    """Return, for each level (nodes, context), how much each character moves a node, as shares of 1."""
    tree.eval()
    shares = []
    outputs = tree.level_outputs(tokens[None])
    for level in outputs[1:]:
        nodes = level.reshape(-1, level.shape[-1])
        rows = []
        for node in nodes:
            moved = torch.stack([torch.autograd.grad(one, outputs[0], retain_graph=True)[0][0] for one in node])
            rows.append(moved.square().sum(dim=(0, 2)).sqrt())
        moves = torch.stack(rows)
        shares.append(moves / moves.sum(dim=1, keepdim=True))
    return shares


def attention_shares(model: AttentionModel, tokens: Tensor) -> list[Tensor]:
    """Return, for each layer (context, context), the weights, row by row."""
    with torch.no_grad():
        return [weights[0] for weights in model.eval().layers(tokens[None])[1]]


def references() -> Any:
    """Return the references of all exercises: `references().ex08_tree.FusionTree`."""
    answers = Answers(paths.checkout().exercises, [exercise.name for exercise in curriculum.exercises()])
    answers.take_references()
    return answers


def drawn(steps: int) -> str:
    """Train both models, and draw their shares."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    words = load_names()
    answers = references()
    windows, training = answers.ex03_windows, answers.ex09_training
    vocabulary = windows.build_vocabulary(words)
    examples = windows.make_windows(words, vocabulary, CONTEXT)
    tree = answers.ex08_tree.FusionTree(len(vocabulary), CONTEXT, EMBEDDING, HIDDEN)
    model = AttentionModel(len(vocabulary), answers.ex13_attention.causal_attention)
    for each in (tree, model):
        generator = torch.Generator().manual_seed(0)
        training.train(
            each,
            *examples,
            steps=steps,
            learning_rate=lambda step: training.step_decay(step, steps),
            generator=generator,
        )
    body: list[str] = []
    for column, word in enumerate(SHOWN):
        tokens = torch.tensor([vocabulary[letter] for letter in word])
        at = LEFT + column * (CONTEXT * CELL + LEFT)
        below = TOP
        for level, shares in enumerate(tree_shares(tree, tokens), start=1):
            labels = [word[i * 2**level : (i + 1) * 2**level] for i in range(len(shares))]
            body += grid(shares, at, below, word, f"tree, level {level}", labels)
            below += len(shares) * CELL + ROOM
        for layer, shares in enumerate(attention_shares(model, tokens), start=1):
            body += grid(shares, at, below, word, f"attention, layer {layer}", list(word))
            below += CONTEXT * CELL + ROOM
    width = LEFT + len(SHOWN) * (CONTEXT * CELL + LEFT)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width - LEFT // 2} {below - ROOM // 2}"'
            ' font-family="sans-serif" font-size="13" fill="#1b2a41">',
            "<title>What each place reads: a trained tree, and attention</title>",
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            text(LEFT, 26, "How much each place (row) reads of each character (column)", size=16),
            text(LEFT, 48, "darker: a larger share of the row; empty: exactly 0", size=12),
            *body,
            "</svg>\n",
        ]
    )


def grid(
    shares: Tensor, at: int, below: int, word: str, title: str, labels: Sequence[str]
) -> Iterator[str]:
    """Draw a table of shares: a square for each one that is not 0, as dark as it is large."""
    yield text(at, below - 24, title, weight="bold")
    for column, letter in enumerate(word):
        yield text(at + column * CELL + CELL // 2, below - 6, letter, anchor="middle")
    for row, (line, label) in enumerate(zip(shares.tolist(), labels, strict=True)):
        y = below + row * CELL
        yield text(at - 8, y + 16, label, anchor="end")
        for column, share in enumerate(line):
            x = at + column * CELL
            yield f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="none" stroke="#d5dbe3"/>'
            if share > 0:
                place = f'x="{x + 1}" y="{y + 1}" width="{CELL - 2}" height="{CELL - 2}"'
                yield f'<rect class="share" {place} fill="#0b5394" fill-opacity="{share:.2f}"/>'


def text(x: int, y: int, words: str, *, anchor: str = "start", weight: str = "normal", size: int = 13) -> str:
    """Write a line of text."""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-weight="{weight}" font-size="{size}">{escape(words)}</text>'


def main(arguments: Sequence[str]) -> None:
    """Write the picture into this folder after 3,000 steps, or to the given file after the given number of steps."""
    out = Path(arguments[0]) if arguments else Path(__file__).with_suffix(".svg")
    out.write_text(drawn(int(arguments[1]) if len(arguments) > 1 else STEPS), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
